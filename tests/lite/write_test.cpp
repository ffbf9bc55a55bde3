// Networks are written as files and read again: the same, small, aligned.
#include "catch.hpp"
#include "networks.hpp"

#include <lamina/core/file.hpp>

#include <filesystem>
#include <fstream>
#include <set>

using namespace networks;

namespace {

const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";

std::vector<std::byte> bytes_of(const std::filesystem::path& path)
{
    const std::string text = internals::read_file(path.string());
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

} // namespace

TEST_CASE("what is written is read again: constants, options, quantization, signatures, loops")
{
    const Network image = image_network(), loop = loop_network();
    REQUIRE(difference(read(write_network(image)), image) == "");
    REQUIRE(difference(read(write_network(loop)), loop) == "");

    Network network = image;
    Tensor& kernel = network.subgraphs[0].tensors[1];
    kernel.type = dtype::int8;
    kernel.data = constant_of(std::vector<std::int8_t>(18, 5));
    kernel.quantization = {{0.5f, 0.25f}, {0, 0}, 0};
    network.subgraphs[0].tensors[0].quantization = {{0.125f}, {-3}, 0};
    network.subgraphs[0].tensors.push_back({"state", dtype::float32, {4}});
    network.subgraphs[0].tensors.back().is_variable = true;
    network.subgraphs[0].tensors.push_back({"no axes", dtype::int32, {0}});
    network.subgraphs[0].tensors.back().is_constant = true; // without a number
    network.subgraphs[0].tensors.push_back({"scalar", dtype::int64, {}});
    network.subgraphs[0].tensors.back().data = constant_of(std::vector<std::int64_t>{-1});
    network.subgraphs[0].tensors.back().is_constant = true;
    REQUIRE(difference(read(write_network(network)), network) == "");
}

TEST_CASE("each option of each operator is written and read")
{
    std::size_t tried = 0;
    for (const CodeFacts& facts : code_facts)
        for (const OptionSlot& slot : option_slots) {
            if (slot.kind != facts.options) continue;
            Network network;
            network.subgraphs.resize(1);
            Maker make{network.subgraphs[0]};
            Options& options = make.op(facts.op, {}, {});
            switch (slot.stored) {
            case OptionSlot::form::padding: options.*slot.padding = padding_kind::valid; break;
            case OptionSlot::form::activation: options.*slot.activation = fused::relu6; break;
            case OptionSlot::form::byte: options.*slot.whole = -7; break;
            case OptionSlot::form::whole: options.*slot.whole = -70'000; break;
            case OptionSlot::form::real: options.*slot.real = -0.75f; break;
            case OptionSlot::form::truth: options.*slot.truth = true; break;
            case OptionSlot::form::list: options.*slot.list = {3, -1, 70'000}; break;
            }
            // Read without the check, which would refuse most of them.
            const auto file = std::make_shared<const std::vector<std::byte>>(write_network(network));
            Network again;
            Faults faults("bytes");
            NetworkReader(file, again, faults).read(*internals::flat::verified<schema::Model>(*file));
            REQUIRE(faults.empty());
            INFO(facts.name << ", field " << int(slot.number));
            REQUIRE(difference(again, network) == "");
            ++tried;
        }
    REQUIRE(tried > 80);
}

TEST_CASE("equal constants share a buffer, results have none, and numbers lie on multiples of 16 bytes")
{
    Network network = image_network();
    const std::size_t before = write_network(network).size();
    Maker make{network.subgraphs[0]};
    std::vector<float> numbers = ramp(18);
    make.constant("the kernel again", {18}, numbers);
    const std::vector<std::byte> file = write_network(network);
    REQUIRE(file.size() < before + 80);

    const Network again = read(file);
    REQUIRE(difference(again, network) == "");
    const auto& tensors = again.subgraphs[0].tensors;
    REQUIRE(tensors[1].data.bytes.data() == tensors.back().data.bytes.data());
    const auto* const model = internals::flat::verified<schema::Model>(file);
    REQUIRE(model);
    REQUIRE((*model)[schema::Model::buffers].size() == 1 + 5 + 1); // the empty one, five constants, metadata
    const auto* const start = reinterpret_cast<const std::byte*>(file.data());
    for (std::size_t i = 1; i < 7; ++i)
        REQUIRE(((*model)[schema::Model::buffers][i][schema::Buffer::data].bytes().data() - start) % 16 == 0);
    for (const Tensor& tensor : tensors)
        if (!tensor.is_constant) REQUIRE(tensor.data.bytes.empty());
}

TEST_CASE("the same operator has one code, and another version of it another")
{
    Network network = image_network();
    Maker make{network.subgraphs[0]};
    const std::size_t more = make.tensor("more", {1, 3}), most = make.tensor("most", {1, 3});
    make.op(code::softmax, {10}, {more}).beta = 1;
    make.op(code::softmax, {10}, {most}).beta = 1;
    network.subgraphs[0].operators.back().version = 2;
    const std::vector<std::byte> file = write_network(network);
    const auto* const model = internals::flat::verified<schema::Model>(file);
    REQUIRE((*model)[schema::Model::operator_codes].size() == 6);
    REQUIRE(difference(read(file), network) == "");
}

TEST_CASE("files of TensorFlow's converter are read, written smaller and read again")
{
    if (!std::filesystem::exists(reference)) {
        WARN("skipped: there is no " << reference.string());
        return;
    }
    std::size_t files = 0;
    std::set<code> codes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(reference)) {
        if (entry.path().extension() != ".tflite") continue;
        const auto file = bytes_of(entry.path());
        const Network network = read(file, entry.path().filename().string());
        const auto written = write_network(network);
        INFO(entry.path().string());
        REQUIRE(difference(read(written), network) == "");
        REQUIRE(written.size() <= file.size());
        REQUIRE(write_network(read(written)) == written);
        for (const Subgraph& graph : network.subgraphs)
            for (const Operator& op : graph.operators) codes.insert(op.op);
        ++files;
    }
    REQUIRE(files >= 81);
    REQUIRE(codes.size() >= 60);
}

TEST_CASE("a network of more than 2 GB is refused before it is written")
{
    Network network = image_network();
    // The same bytes many times, under lengths that differ, so that none is shared.
    const auto room = std::make_shared<std::vector<std::byte>>(1 << 22);
    for (std::size_t i = 0; i < 600; ++i) {
        Tensor large{"large", dtype::int8, {room->size() - i}};
        large.is_constant = true;
        large.data = {room, {room->data(), room->size() - i}};
        network.subgraphs[0].tensors.push_back(large);
    }
    REQUIRE_THAT(refusal([&] { write_network(network); }),
                 Catch::Contains("image: about 25") &&
                     Catch::Contains("bytes are more than a TensorFlow Lite file can have (2147483583)"));
}
