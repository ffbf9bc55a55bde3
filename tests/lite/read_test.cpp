// Files that are damaged, cut off, or hold what lamina does not read: a sentence each, and nothing outside of them is read.
#include "catch.hpp"
#include "networks.hpp"

#include <lamina/lite/format/flat_write.hpp>

#include <map>

using namespace networks;
namespace flat = lamina::internals::flat;

namespace {

using Bytes = std::vector<std::byte>;

std::string refusal_of(const Bytes& file)
{
    return refusal([&] { read(file); });
}
Bytes bytes_of(std::string_view text)
{
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

/// A file of one FLOOR, y = floor(x), in which everything can be otherwise.
struct RawFile {
    std::uint32_t version = 3;
    bool external_buffers = false;
    std::vector<std::int32_t> shape{1, 4}, signature{};
    std::int8_t type = 0;
    std::uint32_t buffer = 0, external_buffer = 0;
    bool sparse = false;
    std::uint8_t details = 0;
    std::uint64_t offset = 0;
    std::size_t bytes_of_buffer_0 = 0;
    std::int8_t old_code = 8;
    std::int32_t code = 8;
    std::uint32_t code_index = 0;
    std::string custom{};
    std::uint8_t options_kind = 0;
    std::vector<std::uint8_t> options{}; ///< a field each
    bool options_of_bytes = false;
    std::uint32_t metadata_buffer = 1;
    std::string name = "x";
    std::size_t tensors = 2;

    Bytes write() const
    {
        flat::Builder to(1024);
        const auto none = to.bytes(Bytes(bytes_of_buffer_0), 16);
        const auto some = to.bytes(Bytes(16), 16);
        flat::TablesToWrite<schema::Buffer> buffers;
        buffers.add(flat::write<schema::Buffer>(to, flat::set(schema::Buffer::data, none)));
        buffers.add(
            flat::write<schema::Buffer>(to, flat::set(schema::Buffer::offset, offset), flat::set(schema::Buffer::data, some)));
        const auto buffer_list = buffers.write(to);

        const auto quantization =
            flat::write<schema::QuantizationParameters>(to, flat::set(schema::QuantizationParameters::details_type, details));
        const auto text = to.text(name);
        const auto extents = flat::write_numbers<std::int32_t>(to, shape), all = flat::write_numbers<std::int32_t>(to, signature);
        flat::TablesToWrite<schema::Tensor> list;
        for (std::size_t i = 0; i < tensors; ++i) {
            const auto start = to.start_table();
            flat::set(schema::Tensor::shape, extents).add(to);
            flat::set(schema::Tensor::buffer, i == 0 ? buffer : 0).add(to);
            flat::set(schema::Tensor::name, text).add(to);
            flat::set(schema::Tensor::quantization, quantization).add(to);
            flat::set(schema::Tensor::shape_signature, all).add(to);
            flat::set(schema::Tensor::external_buffer, external_buffer).add(to);
            flat::set(schema::Tensor::type, type).add(to);
            if (sparse) to.add_offset(schema::Tensor::sparsity.at, text.o);
            list.add(to.end_table(start));
        }
        const auto tensor_list = list.write(to);

        flat::Offset<schema::Options> given;
        if (!options.empty()) {
            const auto start = to.start_table();
            for (std::size_t i = 0; i < options.size(); ++i)
                to.add<std::uint8_t>(flat::place_of(static_cast<unsigned>(i)), options[i], 255);
            given = to.end_table(start);
        }
        const auto in = flat::write_numbers<std::int32_t>(to, std::vector<int>{0}),
                   out = flat::write_numbers<std::int32_t>(to, std::vector<int>{1});
        flat::TablesToWrite<schema::Operator> operators;
        using schema::Operator;
        operators.add(flat::write<Operator>(to, flat::set(Operator::opcode_index, code_index), flat::set(Operator::inputs, in),
                                            flat::set(Operator::outputs, out), flat::set(Operator::options, given),
                                            flat::set(Operator::options_type, options_kind)));
        const auto operator_list = operators.write(to);
        flat::TablesToWrite<schema::SubGraph> graphs;
        using schema::SubGraph;
        graphs.add(flat::write<SubGraph>(to, flat::set(SubGraph::tensors, tensor_list), flat::set(SubGraph::inputs, in),
                                         flat::set(SubGraph::outputs, out), flat::set(SubGraph::operators, operator_list)));
        const auto graph_list = graphs.write(to);

        const auto custom_name = to.text(custom);
        flat::TablesToWrite<schema::OperatorCode> codes;
        using schema::OperatorCode;
        codes.add(flat::write<OperatorCode>(to, flat::set(OperatorCode::builtin_code, code),
                                            flat::set(OperatorCode::custom_code, custom_name),
                                            flat::set(OperatorCode::deprecated_builtin_code, old_code)));
        const auto code_list = codes.write(to);
        flat::TablesToWrite<schema::Metadata> metadata;
        metadata.add(flat::write<schema::Metadata>(to, flat::set(schema::Metadata::name, custom_name),
                                                   flat::set(schema::Metadata::buffer, metadata_buffer)));
        const auto metadata_list = metadata.write(to);
        flat::OffsetOfNumbers<std::uint32_t> external;
        if (external_buffers) external = flat::write_numbers<std::uint32_t>(to, std::vector<int>{1});

        using schema::Model;
        const auto root =
            flat::write<Model>(to, flat::set(Model::version, version), flat::set(Model::operator_codes, code_list),
                               flat::set(Model::subgraphs, graph_list), flat::set(Model::buffers, buffer_list),
                               flat::set(Model::metadata, metadata_list), flat::set(Model::external_buffers, external));
        return to.finish(root.o, schema::identifier);
    }
};

template <class Edit> std::string said_of(const Edit& edit)
{
    RawFile file;
    edit(file);
    return refusal_of(file.write());
}

} // namespace

TEST_CASE("what is no file of TensorFlow Lite")
{
    CHECK(refusal_of({}) == "bytes: 0 bytes are no TensorFlow Lite file, which has at least 8");
    CHECK(refusal_of(bytes_of("TFL3")) == "bytes: 4 bytes are no TensorFlow Lite file, which has at least 8");
    CHECK(refusal_of(bytes_of("PK\3\4 an archive")) == "bytes: is no TensorFlow Lite file: its bytes 4 to 7 are not \"TFL3\"");
    // The eight bytes that ended TensorFlow's reader: a root far outside.
    CHECK(refusal_of(bytes_of({"\x18\0\0\0TFL3", 8})) ==
          "bytes: is damaged: its tables lead outside of its 8 bytes, or on and on; get it again");
    CHECK(refusal_of(bytes_of({"\xff\xff\xff\x7fTFL3", 8})) ==
          "bytes: is damaged: its tables lead outside of its 8 bytes, or on and on; get it again");
}

TEST_CASE("what a file says that lamina does not read")
{
    const RawFile good;
    REQUIRE(refusal_of(good.write()) == "");
    CHECK(said_of([](RawFile& f) { f.version = 2; }) == "bytes: its version is 2, lamina reads version 3");
    CHECK(said_of([](RawFile& f) { f.external_buffers = true; }) ==
          "bytes: some of its numbers lie in other files, which lamina does not read; convert it to one file");
    CHECK(said_of([](RawFile& f) { f.shape = {1, -1}; }) ==
          "bytes: tensor 0 has extent -1 on axis 1, 0 is the least; tensor 1 has extent -1 on axis 1, 0 is the least");
    CHECK(said_of([](RawFile& f) { f.shape.assign(9, 1), f.tensors = 2; }) ==
          "bytes: tensor 0 has 9 axes, lamina's have at most 8; tensor 1 has 9 axes, lamina's have at most 8");
    CHECK_THAT(said_of([](RawFile& f) { f.type = 5; }),
               Catch::StartsWith("bytes: tensor 0 has type 5 (STRING), which lamina does not read"));
    CHECK_THAT(said_of([](RawFile& f) { f.type = 17; }),
               Catch::StartsWith("bytes: tensor 0 has type 17 (INT4), which lamina does not read"));
    CHECK_THAT(said_of([](RawFile& f) { f.type = -1; }), Catch::StartsWith("bytes: tensor 0 has type -1 (unknown), which"));
    CHECK_THAT(said_of([](RawFile& f) { f.type = 77; }), Catch::StartsWith("bytes: tensor 0 has type 77 (unknown), which"));
    CHECK_THAT(said_of([](RawFile& f) { f.sparse = true; }),
               Catch::StartsWith("bytes: tensor 0 is sparse, which lamina does not read"));
    CHECK_THAT(said_of([](RawFile& f) { f.details = 1; }),
               Catch::StartsWith("bytes: tensor 0 is quantized in a way of somebody's own"));
    CHECK_THAT(said_of([](RawFile& f) { f.external_buffer = 1; }), Catch::StartsWith("bytes: tensor 0 lies in another file"));
    CHECK(said_of([](RawFile& f) { f.buffer = 2; }) == "bytes: tensor 0: buffer 2 is none of the file's");
    CHECK(said_of([](RawFile& f) { f.buffer = 0xffffffff; }) == "bytes: tensor 0: buffer 4294967295 is none of the file's");
    CHECK(said_of([](RawFile& f) { f.offset = 4096, f.buffer = 1, f.metadata_buffer = 0; }) ==
          "bytes: tensor 0: buffer 1 lies behind the tables, as in files above 2 GB, which lamina does not read");
    CHECK_THAT(said_of([](RawFile& f) { f.bytes_of_buffer_0 = 4; }),
               Catch::StartsWith("bytes: tensor 0: buffer 0 has to be empty"));
    CHECK(said_of([](RawFile& f) { f.metadata_buffer = 5, f.custom = "notes"; }) ==
          "bytes: metadata \"notes\": buffer 5 is none of the file's");
    CHECK(said_of([](RawFile& f) { f.code_index = 1; }) == "bytes: operator 0 has operator code 1, the file has 1");
    CHECK(said_of([](RawFile& f) { f.code = 32, f.custom = "Mine"; }) ==
          "bytes: operator 0 is \"Mine\", which is none of TensorFlow Lite's own operators; convert without custom operators");
    CHECK(said_of([](RawFile& f) { f.code = 250, f.old_code = 127; }) ==
          "bytes: operator 0 has code 250, which lamina does not know");
    CHECK(said_of([](RawFile& f) { f.code = 11; }) ==
          "bytes: operator 0 has code 11 (L2_NORMALIZATION), which lamina does not know");
    CHECK(said_of([](RawFile& f) { f.code = -5, f.old_code = -128; }) ==
          "bytes: operator 0 has code -5, which lamina does not know");
    CHECK(said_of([](RawFile& f) { f.options_kind = 9, f.options = {1}; }) ==
          "bytes: operator 0 (FLOOR) has options of kind 9, it needs those of kind 0");
    // A SOFTMAX whose options have one byte where a number of four is needed.
    CHECK(said_of([](RawFile& f) { f.code = 25, f.options_kind = 9, f.options = {1}; }) ==
          "bytes: operator 0 (SOFTMAX): its options end before field 0");
    // A RESHAPE whose list leads outside.
    CHECK(said_of([](RawFile& f) { f.code = 22, f.options_kind = 17, f.options = {77}; }) ==
          "bytes: operator 0 (RESHAPE): its options end before field 0");
}

TEST_CASE("the code of an operator is the larger of two numbers, and options may be absent")
{
    RawFile file;
    file.code = 0; // an older file
    CHECK(read(file.write()).subgraphs[0].operators[0].op == code::floor);
    file.old_code = 127, file.code = 150;
    const Network gelu = read(file.write());
    CHECK(gelu.subgraphs[0].operators[0].op == code::gelu);
    CHECK_FALSE(gelu.subgraphs[0].operators[0].options.approximate);
    file.code = 3, file.old_code = 3; // a CONV_2D, of whose options strides of 0 are the defaults
    CHECK(refusal_of(file.write()) == "bytes: operator 0 (CONV_2D) has 1 inputs, 2 to 3 are needed");
}

TEST_CASE("names may hold anything")
{
    RawFile file;
    file.name = std::string("a\0b\n\xff", 5);
    CHECK(read(file.write()).subgraphs[0].tensors[0].name == file.name);
    file.name.assign(1 << 20, 'n');
    CHECK(read(file.write()).subgraphs[0].tensors[1].name == file.name);
}

TEST_CASE("a list that thousands of tables share is not copied for each")
{
    RawFile file;
    file.name.assign(100'000, 'n');
    file.tensors = 3;
    CHECK(refusal_of(file.write()) == "");
    file.tensors = 1000; // 100 MB of names in a file of 0.2 MB
    CHECK_THAT(refusal_of(file.write()),
               Catch::StartsWith("bytes: its tables share lists so often that they hold more than four times"));
}

TEST_CASE("a file that is cut off anywhere is refused")
{
    for (const Network& network : {image_network(), loop_network()}) {
        const Bytes whole = write_network(network);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const std::string said = refusal_of(cut);
            if (said.empty()) REQUIRE(difference(read(cut), network) == ""); // nothing but what fills up the end is gone
            else REQUIRE_THAT(said, Catch::StartsWith("bytes: "));
        }
        Bytes longer = whole; // and one that is longer is read
        longer.resize(whole.size() + 1000);
        REQUIRE(difference(read(longer), network) == "");
    }
}

TEST_CASE("any byte and any offset may be another one")
{
    std::size_t refused = 0, accepted = 0;
    std::map<std::string, int> sentences;
    for (const Network& network : {image_network(), loop_network()}) {
        const Bytes whole = write_network(network);
        Bytes damaged = whole;
        const auto size = static_cast<std::uint32_t>(whole.size());
        const std::uint32_t numbers[] = {0, 1, 2, 0xff, 0x7f, 0x80, 0xffffffff, 0x7fffffff, 0x80000000, size, size - 1, size / 2};
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (const std::uint32_t number : numbers) {
                const std::size_t bytes = number < 256 ? 1 : std::min<std::size_t>(4, whole.size() - at);
                std::memcpy(damaged.data() + at, &number, bytes);
                const std::string said = refusal_of(damaged);
                ++(said.empty() ? accepted : refused);
                ++sentences[said.substr(0, 24)];
                std::memcpy(damaged.data() + at, whole.data() + at, bytes);
            }
    }
    CHECK(refused > 4000);
    CHECK(accepted > 4000); // damaged weights, names and defaults
    CHECK(sentences.size() > 50);
}
