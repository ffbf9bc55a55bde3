// pytorch, read: files of PyTorch in all its forms, and each refusal.
#include <lamina/formats/npz.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/formats/zip_writer.hpp>
#include <lamina/pytorch.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
using namespace std::string_view_literals;

namespace {

const std::filesystem::path files = std::filesystem::path(__FILE__).parent_path() / "files";
const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference" / "lenet5";

bool has_reference()
{
    if (std::filesystem::exists(reference)) return true;
    std::cout << "skipped: there is no " << reference.string() << '\n';
    return false;
}

/// The sum of i · number i.
double weighted(const file_tensor& tensor)
{
    double sum = 0, i = 0;
    for (const double number : tensor.as<double>()) sum += number * ++i;
    return sum;
}

/// The array of a name.
const file_tensor& array(const tensor_file& file, std::string_view name)
{
    for (const auto& tensor : file.tensors)
        if (tensor.name == name) return tensor;
    FAIL("there is no " << name);
    return file.tensors[0];
}

/// The tensor of a storage "0" of four floats, as a pickle makes it.
struct Tensor {
    pickle::Made offset = pickle::integer(0), sizes = pickle::sizes({2, 2}), strides = pickle::sizes({2, 1});
    std::string type = "FloatStorage";
    std::vector<pickle::Made> more_of_id{};

    pickle::Made made() const
    {
        std::vector<pickle::Made> id{pickle::text("storage"), pickle::global("torch", type), pickle::text("0"),
                                     pickle::text("cpu"), pickle::integer(4)};
        id.insert(id.end(), more_of_id.begin(), more_of_id.end());
        return pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                            {pickle::persistent(pickle::tuple(id)), offset, sizes, strides, pickle::boolean(false),
                             pickle::ordered_dictionary({})});
    }
};

const std::string numbers("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16); // 1, 2, 3, 4

/// An archive of a pickle and a storage "0", with other entries beside.
std::string archive_of(const pickle::Made& value, const std::string& storage = numbers,
                       const std::vector<std::pair<std::string, std::string>>& more = {})
{
    zipped::Writer archive("x.pt");
    archive.add("a/data.pkl", pickle::file_of(value));
    archive.add("a/data/0", storage);
    for (const auto& [name, bytes] : more) archive.add(name, bytes);
    return archive.bytes();
}

std::vector<file_tensor> tensors_of(const std::string& bytes, bool keep_unknown = false)
{
    pytorch::File file(bytes, "x.pt", {.keep_unknown = keep_unknown});
    return file.tensors(file.values().top());
}
std::string refusal_for(const std::string& bytes)
{
    return refusal_of([&] { tensors_of(bytes); });
}
std::string refused_tensor(const Tensor& tensor, const std::string& storage = numbers)
{
    return refusal_for(archive_of(pickle::dictionary({{"w", tensor.made()}}), storage));
}

} // namespace

TEST_CASE("pytorch: small files of all forms are read as PyTorch reads them", "[interop][pytorch]")
{
    std::size_t count = 0;
    for (const auto& found : std::filesystem::directory_iterator(files)) {
        if (found.path().extension() != ".read") continue;
        auto path = found.path();
        const auto read = pytorch::read(path.replace_extension());
        INFO(path);
        std::ifstream wanted(found.path());
        std::size_t lines = 0;
        for (std::string line; std::getline(wanted, line); ++lines) {
            const auto first = line.find(' '), last = line.rfind(' ');
            const auto& tensor = array(read, line.substr(0, first));
            CHECK(text_of({tensor}) == line.substr(first + 1, last - first - 1));
            CHECK(weighted(tensor) == Approx(std::stod(line.substr(last))).epsilon(1e-9));
        }
        CHECK(read.tensors.size() == lines);
        ++count;
    }
    CHECK(count == 7);
}

TEST_CASE("pytorch: LeNet-5 in all its files", "[interop][pytorch]")
{
    if (!has_reference()) return;
    const auto whole = pytorch::read(reference / "lenet5.pt");
    CHECK(whole.tensors.size() == 10);
    CHECK(array(whole, "3.weight").shape == std::vector<std::size_t>{16, 6, 5, 5});
    const auto arrays = npz::read(reference / "lenet5.npz");
    for (const auto& tensor : whole.tensors) CHECK(arrays[tensor.name].bytes == tensor.bytes);
    for (const char* name : {"lenet5-legacy.pt", "lenet5-module.pt", "lenet5-checkpoint.pt"}) {
        const auto other = pytorch::read(reference / name, {.part = name == "lenet5-checkpoint.pt"sv ? "model" : ""});
        REQUIRE(other.tensors.size() == 10);
        for (const auto& tensor : whole.tensors) CHECK(array(other, tensor.name).bytes == tensor.bytes);
    }
    for (const auto& [name, type] : {std::pair{"lenet5-half.pt", dtype::float16}, {"lenet5-bfloat16.pt", dtype::bfloat16}}) {
        const auto other = pytorch::read(reference / name);
        for (const auto& tensor : whole.tensors) {
            CHECK(array(other, tensor.name).type == type);
            const auto exact = tensor.as<float>(), rounded = array(other, tensor.name).as<float>();
            REQUIRE(exact.size() == rounded.size());
            for (std::size_t i = 0; i < exact.size(); ++i)
                if (std::fabs(exact[i] - rounded[i]) > std::ldexp(std::fabs(exact[i]), type == dtype::float16 ? -10 : -7) + 1e-7f)
                    FAIL(tensor.name);
        }
    }
    const auto all = pytorch::read(reference / "lenet5-checkpoint.pt");
    CHECK(all.tensors.size() == 40);
    CHECK(array(all, "optimizer.state.9.step").as<float>() == std::vector<float>{5625});

    // What PyTorch says of them.
    const auto strided = pytorch::read(reference / "strided.pt");
    CHECK(weighted(array(strided, "a")) == 506);
    CHECK(weighted(array(strided, "b")) == 16);
    CHECK(array(strided, "c").shape == std::vector<std::size_t>{0, 3});
    CHECK(array(strided, "d").as<double>() == std::vector{3.5});
    CHECK(array(strided, "e").as<int>() == std::vector{1, 0});
    CHECK(array(strided, "shared1").bytes.data() == array(strided, "shared2").bytes.data());

    const std::string text = refusal_of([&] { pytorch::read(reference / "malicious.pt"); });
    CHECK(says(
        text, "malicious.pt: asks for \"posix system\", which is none of the things that a model's file needs; nothing was run"));
    pytorch::read(reference / "malicious.pt", {.keep_unknown = true});
    const auto bytes = read_file(reference / "malicious.pt");
    const auto touch = bytes.find("touch ");
    REQUIRE(touch != bytes.npos);
    std::string made = bytes.substr(touch + 6);
    made.resize(made.find_first_of(std::string_view("\0q \n'\"", 6)));
    CHECK(!std::filesystem::exists(made));
}

TEST_CASE("pytorch: what a file is made of", "[interop][pytorch]")
{
    pytorch::File state(archive_of(pickle::dictionary({{"w", Tensor{}.made()}})), "x.pt");
    CHECK(state.is_state_dict(state.values().top()));
    CHECK(!state.is_module(state.values().top()));
    CHECK(state.keys(state.values().top()) == std::vector<std::string>{"w"});
    CHECK(&state.model_part("") == &state.values().top());

    pytorch::File module(files / "module.pt");
    REQUIRE(module.is_module(module.values().top()));
    CHECK(module.values().class_of(module.values().top()) == "torch.nn.modules.container Sequential");
    const auto& modules = *module.values().attribute(module.values().top(), "_modules");
    CHECK(module.keys(modules) == std::vector<std::string>{"0", "1", "2", "3"});
    const auto& convolution = *module.values().find(modules, "0");
    CHECK(module.values().class_of(convolution) == "torch.nn.modules.conv Conv2d");
    CHECK(module.values().attribute(convolution, "out_channels")->number == 3);
    CHECK(module.values().class_of(*module.values().find(modules, "3")) == "torch.nn.modules.activation Softmax");

    pytorch::File checkpoint(files / "checkpoint.pt");
    CHECK(checkpoint.keys(checkpoint.values().top()) == std::vector<std::string>{"model", "optimizer", "epoch", "device"});
    CHECK(checkpoint.part("epoch").number == 3);
    CHECK(checkpoint.tensors(checkpoint.model_part("model")).size() == 2);
    const std::string which =
        "checkpoint.pt: holds a dictionary with \"model\", \"optimizer\", \"epoch\", \"device\"; say which one: "
        "{.part = \"model\"}";
    CHECK(says(refusal_of([&] { checkpoint.model_part(""); }), which));
    CHECK(says(refusal_of([&] { checkpoint.part("modell"); }), "has no part \"modell\", it holds a dictionary with \"model\""));
    CHECK(says(refusal_of([&] { checkpoint.model_part("epoch"); }), "neither a module nor a state_dict as its part \"epoch\""));
    CHECK(says(refusal_of([&] { pytorch::File(archive_of(pickle::none()), "x.pt").model_part(""); }),
               "x.pt: holds no model; save"));

    // A class of the program that saved is refused by name, or kept as one.
    const auto own = archive_of(
        pickle::object(pickle::global("__main__", "Net"), {{"_parameters", pickle::ordered_dictionary({{"w", Tensor{}.made()}})},
                                                           {"_modules", pickle::ordered_dictionary({})}}));
    CHECK(says(refusal_for(own), "x.pt: asks for \"__main__ Net\", which is none of the things"));
    CHECK(tensors_of(own, true).at(0).name == "w");
}

TEST_CASE("pytorch: tensors in any form", "[interop][pytorch]")
{
    const auto read = [](const Tensor& tensor) { return tensors_of(archive_of(pickle::list({tensor.made()}))).at(0); };
    CHECK(read({}).as<int>() == std::vector{1, 2, 3, 4});
    CHECK(read({}).name == "0");
    CHECK(read({.strides = pickle::sizes({1, 2})}).as<int>() == std::vector{1, 3, 2, 4});
    CHECK(read({.strides = pickle::sizes({0, 1})}).as<int>() == std::vector{1, 2, 1, 2});
    CHECK(read({.offset = pickle::integer(1), .sizes = pickle::sizes({2}), .strides = pickle::sizes({2})}).as<int>() ==
          std::vector{2, 4});
    CHECK(read({.offset = pickle::integer(3), .sizes = pickle::sizes({}), .strides = pickle::sizes({})}).as<int>() ==
          std::vector{4});
    CHECK(read({.sizes = pickle::sizes({1, 2}), .strides = pickle::sizes({77, 1})}).as<int>() == std::vector{1, 2});
    CHECK(read({.offset = pickle::integer(9), .sizes = pickle::sizes({0, 3})}).as<int>().empty());
    const auto complex = read({.type = "ComplexFloatStorage"});
    CHECK(complex.foreign == "complex64");
    CHECK(complex.shape == std::vector<std::size_t>{2, 2});

    // As newer versions write types that have no storage of their own.
    const auto id = pickle::tuple({pickle::text("storage"), pickle::global("torch.storage", "UntypedStorage"), pickle::text("0"),
                                   pickle::text("cpu"), pickle::integer(16)});
    const auto of_type = [&](const char* type) {
        return tensors_of(archive_of(pickle::list({pickle::call(
            pickle::global("torch._utils", "_rebuild_tensor_v3"),
            {pickle::persistent(id), pickle::integer(0), pickle::sizes({4}), pickle::sizes({1}), pickle::boolean(false),
             pickle::ordered_dictionary({}), pickle::global("torch", type), pickle::boolean(false)})})));
    };
    CHECK(of_type("uint32").at(0).type == dtype::uint32);
    CHECK(of_type("uint32").at(0).as<std::int64_t>().at(1) == 0x40000000);
    CHECK(of_type("float8_e5m2").at(0).foreign == "float8_e5m2");
}

TEST_CASE("pytorch: what is refused", "[interop][pytorch]")
{
    CHECK(says(refusal_for("nothing"), "x.pt: is no file of torch.save, neither a zip archive nor a pickle"));
    CHECK(says(refusal_for(std::string(257, 'x') + "ustar"), "is a tar archive, as PyTorch before 0.1.10 wrote"));
    CHECK(says(refusal_for(pickle::file_of(pickle::integer(1))), "is a pickle, but none of torch.save"));
    zipped::Writer other("x.pt");
    other.add("x.npy", "");
    CHECK(says(refusal_for(other.bytes()), "is a zip archive without data.pkl; was it written by torch.save?"));
    CHECK(says(refusal_for(archive_of(pickle::none(), numbers, {{"a/constants.pkl", ""}})), "is a TorchScript archive"));
    CHECK(says(refusal_for(archive_of(pickle::none(), numbers, {{"b/data.pkl", ""}})), "holds two models"));
    CHECK(
        says(refusal_for(archive_of(pickle::none(), numbers, {{"a/byteorder", "big"}})), "was written by a big-endian machine"));
    CHECK(refusal_for(archive_of(pickle::none(), numbers, {{"a/byteorder", "little"}, {"a/version", "3\n"}})).empty());

    CHECK(says(refused_tensor({.offset = pickle::integer(1)}), "\"w\" reaches beyond its storage; the file is damaged"));
    CHECK(says(refused_tensor({.strides = pickle::sizes({std::size_t{1} << 40, 1})}), "\"w\" reaches beyond its storage"));
    CHECK(says(refused_tensor({.sizes = pickle::sizes({std::size_t{1} << 40, 1}), .strides = pickle::sizes({0, 0})}),
               "\"w\" has more numbers than the file can justify"));
    CHECK(says(refused_tensor({.sizes = pickle::sizes({20'000}), .strides = pickle::sizes({0})}),
               "has more numbers than the file"));
    CHECK(says(refused_tensor({.sizes = pickle::sizes({4})}), "has more sizes than strides, or fewer"));
    CHECK(says(refused_tensor({.sizes = pickle::none()}), "is made of no sizes and strides"));
    CHECK(says(refused_tensor({.sizes = pickle::tuple({pickle::integer(-1), pickle::integer(1)})}),
               "has a size or a stride that is none"));
    CHECK(says(refused_tensor({.offset = pickle::integer(-1)}), "is made of no storage and offset"));
    CHECK(says(refused_tensor({.offset = pickle::none()}), "is made of no storage and offset"));
    CHECK(says(refused_tensor({.type = "Storage"}), "asks for \"torch Storage\""));
    CHECK(says(refused_tensor({.more_of_id = {pickle::text("view")}}),
               "\"w\" lies in a part of a storage, as PyTorch before 0.4 wrote"));
    CHECK(says(refused_tensor({}, "short"), "\"w\" reaches beyond its storage"));
    Tensor elsewhere;
    auto code = elsewhere.made();
    const auto at = code.code.find("X\1\0\0\0"
                                   "0"sv);
    code.code[at + 5] = '1';
    CHECK(says(refusal_for(archive_of(pickle::list({code}))), "x.pt: lacks the storage \"1\"; the file is damaged"));

    pickle::Made deep = pickle::list({});
    for (int i = 0; i < 100; ++i) deep = pickle::list({deep});
    CHECK(says(refusal_for(archive_of(deep)), "is nested too deep, or holds itself; it is no model"));
    CHECK(says(refusal_for(archive_of({"}q\1X\1\0\0\0ah\1s"})), "x.pt: ")); // the text is cut at its zero
    CHECK(says(refusal_for(archive_of({std::string("}q\1X\1\0\0\0ah\1s", 12)})), "is nested too deep, or holds itself"));
    const Temporary folder("pytorch");
    const auto twice = folder.write("x.pt", archive_of(pickle::tuple({pickle::dictionary({{"0", Tensor{}.made()}})})));
    CHECK(pytorch::read(twice).tensors.at(0).name == "0.0");
    folder.write("x.pt", archive_of(pickle::dictionary({{"w", Tensor{}.made()}, {"w", Tensor{}.made()}})));
    CHECK(says(refusal_of([&] { pytorch::read(twice); }), "x.pt: two arrays have the name \"w\"; rename one"));

    // Every file, cut off anywhere.
    for (const char* name : {"types.pt", "types_old.pt", "module_old.pt"}) {
        const auto bytes = read_file(files / name);
        for (std::size_t n = 0; n < bytes.size(); n += sanitized ? 37 : 5)
            if (refusal_for(bytes.substr(0, n)).empty()) FAIL(name << " of " << n << " bytes");
    }
}
