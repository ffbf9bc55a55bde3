// The neutral form of arrays: what it says of itself, its numbers as other types, and what no reader may give.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> file_tensor array_of(std::string name, std::vector<std::size_t> shape, const std::vector<T>& values)
{
    std::string bytes(values.size() * sizeof(T), '\0');
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    const auto owner = keep_bytes(std::move(bytes));
    return {std::move(name), dtype_of<T>, std::move(shape), owner->text, owner};
}

template <class T> struct Affine {
    Variable<T, Shape{3, 5}> kernel;
    Variable<T, Shape{5}> bias;
};

} // namespace

TEST_CASE("an array says what it is, and whether it fits", "[formats]")
{
    const auto said = [](const file_tensor& tensor) {
        std::string text;
        append(text, {tensor});
        return text;
    };
    const file_tensor tensor{"a", dtype::float32, {3, 2}, {}, {}}, scalar{"b", dtype::float64, {}, {}, {}};
    const file_tensor deep{"c", dtype::boolean, {1, 1, 1, 1, 1, 1, 1}, {}, {}}, foreign{"d", {}, {2}, {}, {}, "C64"};
    CHECK(said(tensor) == "float32 [3, 2]");
    CHECK(said(scalar) == "float64 []");
    CHECK(said(deep) == "bool [1, 1, 1, 1, 1, 1, 1]");
    CHECK(said(foreign) == "C64 [2]");
    CHECK(tensor.has_type(dtype::float32));
    CHECK_FALSE(tensor.has_type(dtype::float64));
    CHECK_FALSE(foreign.has_type(dtype::float32));
    CHECK(tensor.has_shape({3, 2}));
    CHECK_FALSE(tensor.has_shape({2, 3}));
    CHECK_FALSE(tensor.has_shape({3}));
    CHECK_FALSE(tensor.has_shape({3, 2, 1}));
    CHECK(scalar.has_shape({}));
    CHECK_FALSE(deep.has_shape({1, 1, 1, 1, 1, 1}));
}

TEST_CASE("numbers are read as other types, or refused", "[formats]")
{
    CHECK(array_of<half>("h", {2}, {{0x3c00}, {0xc000}}).as<int>() == std::vector{1, -2});
    CHECK(array_of<bfloat16>("b", {1}, {{0x3f80}}).as<double>() == std::vector{1.0});
    CHECK(array_of<truth>("t", {3}, {{0}, {1}, {2}}).as<float>() == std::vector{0.f, 1.f, 1.f});
    CHECK(array_of<std::uint64_t>("u", {}, {~std::uint64_t{0}}).as<float>() == std::vector{18446744073709551616.f});
    CHECK(says(refusal_of([] { array_of<half>("weights", {1}, {{0x3800}}).as<int>(); }),
               "weights: element 0 is 0.5, which the integer type asked for cannot hold"));
    CHECK(says(refusal_of([] { file_tensor{"z", {}, {}, {}, {}, "C64"}.as<float>(); }), "z: holds C64, which is not read"));
}

TEST_CASE("a model, a graph and a checkpoint take arrays of any origin", "[formats][graph]")
{
    struct Pair {
        Variable<float, Shape{2, 3}> kernel;
        Variable<float, Shape{2}> bias;
    };
    const tensor_file file{
        "numbers.xyz", {array_of<float>("bias", {2}, {7, 8}), array_of<float>("kernel", {2, 3}, {1, 2, 3, 4, 5, 6})}, {}};
    Pair model;
    load(model, file);
    CHECK(model.kernel.data()[16] == 4);
    CHECK(model.bias.data()[1] == 8);
    CHECK(model.kernel.storage()->trainable);
    CHECK(load<Pair>(file).bias.data()[0] == 7);

    tensor_file other = file;
    other.tensors[0] = array_of<std::int64_t>("bias", {2}, {-1, 1});
    CHECK(says(refusal_of([&] { load(model, other); }),
               "numbers.xyz: \"bias\" is int64 [2], the model needs float32 [2]; the file "
               "holds int64 where float32 is needed"));
    CHECK(model.bias.data()[1] == 8);
    load(model, other, {.convert = true});
    CHECK(model.bias.data()[0] == -1);
    const Graph graph = Graph::of(other);
    CHECK(graph.find("bias")->type() == dtype::int64);
    CHECK(graph.find("bias")->data<std::int64_t>()[0] == -1);
    CHECK(graph.find("kernel")->data<float>()[16] == 4);

    // What a reader must not give is refused before a byte is read.
    const auto refused = [&](file_tensor wrong) {
        tensor_file bad = file;
        bad.tensors[0] = std::move(wrong);
        const auto text = refusal_of([&] { load(model, bad); });
        CHECK(refusal_of([&] { Graph::of(bad); }) == text);
        return text;
    };
    CHECK(says(refused(array_of<float>("bias", {2}, {7})), "numbers.xyz: \"bias\" is float32 [2] and has 4 bytes"));
    CHECK(says(refused(array_of<float>("bias", {0}, {7})), "is float32 [0] and has 4 bytes"));
    CHECK(says(refused(array_of<float>("bias", {}, {})), "is float32 [] and has 0 bytes"));
    CHECK(says(refused(array_of<float>("bias", {~std::size_t{0}, ~std::size_t{0}}, {1})), "and has 4 bytes"));
    auto cut = array_of<float>("bias", {2}, {7, 8});
    cut.bytes.remove_suffix(1);
    CHECK(says(refused(cut), "and has 7 bytes"));
    CHECK(says(refused(array_of<float>("kernel", {2}, {7, 8})), "two arrays have the name \"kernel\""));
}

TEST_CASE("of many mismatches twenty are listed", "[formats][graph]")
{
    struct Many {
        std::array<Affine<float>, 15> layers;
    } saved;
    struct Other {
        std::array<Affine<float>, 15> laiers;
    } other;
    struct Doubles {
        std::array<Affine<double>, 15> layers;
    } doubles;
    const Temporary folder("save-many");
    for_each_named_variable(saved, [](const std::string& path, auto& variable) { variable.make(path); });
    save(saved, folder.path / "m");
    const auto text = refusal_of([&] { load(other, folder.path / "m"); });
    CHECK(says(text, "\"laiers/9/bias\" is missing (the nearest is \"layers/9/bias\"); and 40 more; was it saved from"));
    CHECK(text.find("laiers/10") == text.npos);
    CHECK(says(
        refusal_of([&] { load(doubles, folder.path / "m"); }),
        "\"layers/9/bias\" is float32 [5], the model needs float64 [5]; and 10 more; the file holds float32 where float64 is"));
}
