// npz: both ways, stored and compressed; what is refused; files of NumPy.
#include <lamina/formats/npz.hpp>

#include <lamina/core/random.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("npz: what is written is read", "[formats][npz]")
{
    const Temporary folder("npz");
    const xt::xtensor<float, 2> x{{1, 2, 3}, {4, 5, 6}};
    const std::vector<std::int64_t> y{1, -2};
    for (const bool compressed : {false, true}) {
        npz::write(
            folder.path / "a.npz",
            {{"X", x}, {"y", y}, {"sums", xt::xarray<double>(2.0 * x + 0.5)}, {"folder/one", 3}, {"turned", xt::transpose(x)}},
            {.compressed = compressed});
        const auto arrays = npz::read(folder.path / "a.npz");
        REQUIRE(arrays.tensors.size() == 5);
        CHECK(arrays["X"].type == dtype::float32);
        CHECK(arrays["X"].shape == std::vector<std::size_t>{2, 3});
        CHECK(arrays["X"].as<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
        CHECK(arrays["y"].as<std::int64_t>() == y);
        CHECK(arrays["sums"].as<double>() == std::vector<double>{2.5, 4.5, 6.5, 8.5, 10.5, 12.5});
        CHECK(arrays["folder/one"].shape.empty());
        CHECK(arrays["folder/one"].as<int>() == std::vector{3});
        CHECK(arrays["turned"].shape == std::vector<std::size_t>{3, 2});
        CHECK(arrays["turned"].as<int>() == std::vector{1, 4, 2, 5, 3, 6});
        CHECK(says(refusal_of([&] { arrays["sum"]; }), "a.npz: has no array \"sum\"; is \"sums\" meant?"));
        CHECK(says(refusal_of([&] { arrays["something"]; }),
                   "a.npz: has no array \"something\", of 5 arrays; ask for one that is there"));

        npz::write(folder.path / "b.npz", arrays, {.compressed = compressed});
        CHECK(read_file(folder.path / "a.npz") == read_file(folder.path / "b.npz"));
    }
    npz::write(folder.path / "none.npz", NamedArrays{});
    CHECK(npz::read(folder.path / "none.npz").tensors.empty());
}

TEST_CASE("npz: what is refused", "[formats][npz]")
{
    const Temporary folder("npz");
    const auto path = folder.path / "a.npz";
    const auto refused = [&](const std::string& name, const std::string& bytes) {
        zipped::Writer archive(path);
        archive.add(name, bytes);
        archive.write();
        return refusal_of([&] { npz::read(path); });
    };
    CHECK(says(refused("notes.txt", "hello"), "a.npz: \"notes.txt\" is no array, NAME.npy was needed"));
    CHECK(says(refused(".npy", "hello"), "\".npy\" is no array"));
    CHECK(says(refused("x.npy", "hello"), "a.npz: \"x.npy\": does not start with NumPy's magic"));
    folder.write("b.npz", "\x93NUMPY");
    CHECK(says(refusal_of([&] { npz::read(folder.path / "b.npz"); }), "b.npz: does not start as a zip archive"));

    std::filesystem::remove(path);
    CHECK(says(refusal_of([&] { npz::write(path, {{"", 1}}); }), "an array would have no name"));
    CHECK(says(refusal_of([&] { npz::write(path, {{"x", 1}, {"x", 2}}); }), "two entries would have the name \"x.npy\""));
    const file_tensor short_floats{"x", dtype::bfloat16, {1}, "ab", {}}, wrong{"x", dtype::float32, {2}, "abcd", {}};
    CHECK(
        says(refusal_of([&] { npz::write(path, {{"x", short_floats}}); }), "a.npz: \"x\": holds bfloat16, which NumPy has not"));
    CHECK(says(refusal_of([&] { npz::write(path, {{"x", wrong}}); }), "has 4 bytes; give it those of its shape"));
    const Variable<float, Shape{2}> unbound;
    CHECK(says(refusal_of([&] { npz::write(path, {{"x", unbound}}); }), "is bound to no stored variable"));
    CHECK(!std::filesystem::exists(path));
}

TEST_CASE("npz: variables and records are written without their padding", "[formats][npz]")
{
    const Temporary folder("npz");
    const auto model = build<Sequential<Input<3>, Dense<5>>>(Seed{1});
    const auto variables = variables_of(model);
    npz::write(folder.path / "a.npz", {{"kernel", *variables[0].variable}, {"bias", *variables[1].variable->storage()}});
    const auto arrays = npz::read(folder.path / "a.npz");
    CHECK(arrays["kernel"].shape == std::vector<std::size_t>{3, 5});
    std::vector<float> wanted;
    variables[0].variable->storage()->for_each<float>([&](float number) { wanted.push_back(number); });
    CHECK(arrays["kernel"].as<float>() == wanted);
    CHECK(arrays["bias"].as<float>() == std::vector<float>(5));
}

TEST_CASE("npz reads the reference archives", "[formats][npz]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    const auto weights = npz::read(reference / "lenet5" / "lenet5.npz");
    CHECK(weights.tensors.size() == 10);
    CHECK(weights["0.weight"].shape == std::vector<std::size_t>{6, 1, 5, 5});
    const auto digits = npz::read(reference / "lenet5" / "mnist-test-64.npz");
    for (const auto& array : digits.tensors) CHECK(array.shape.at(0) == 64);
    std::size_t files = 0;
    for (const auto& found : std::filesystem::recursive_directory_iterator(reference))
        if (found.path().extension() == ".npz") {
            const auto arrays = npz::read(found.path());
            for (const auto& array : arrays.tensors) CHECK(array.as<double>().size() == array.size());
            ++files;
        }
    CHECK(files >= 2);
}
