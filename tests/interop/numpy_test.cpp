// numpy: a model as an .npz file and back, to the bit; numbers of other types; what is refused.
#include <lamina/numpy.hpp>

#include <lamina/lamina.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {
using Model = Sequential<Input<6, 6, 1>, Conv2D<3, Kernel<3>, Tanh>, Flatten, Dense<5>>;
}

TEST_CASE("numpy: a model comes back", "[interop][numpy]")
{
    const Temporary folder("numpy");
    const auto model = build<Model>(Seed{1});
    const xt::xtensor<float, 4> x = 0.25f * xt::ones<float>({4, 6, 6, 1});
    for (const bool compressed : {false, true}) {
        numpy::save(model, folder.path / "a.npz", {.compressed = compressed});
        CHECK(npz::read(folder.path / "a.npz")["0/kernel"].shape == std::vector<std::size_t>{3, 3, 1, 3});
        auto other = build<Model>(Seed{2});
        numpy::load(other, folder.path / "a.npz");
        CHECK((predict(other, x) == predict(model, x)));
    }

    auto file = npz::read(folder.path / "a.npz");
    NamedArrays doubles;
    for (const auto& tensor : file.tensors) {
        const auto numbers = tensor.as<double>();
        xt::xarray<double> array(std::vector<std::size_t>(tensor.shape));
        std::copy(numbers.begin(), numbers.end(), array.begin());
        doubles.push_back({tensor.name, array});
    }
    npz::write(folder.path / "doubles.npz", doubles);
    Model other{};
    CHECK(says(refusal_of([&] { numpy::load(other, folder.path / "doubles.npz"); }), "the model needs float32 [3, 3, 1, 3]"));
    numpy::load(other, folder.path / "doubles.npz", {.convert = true});
    CHECK((predict(other, x) == predict(model, x)));

    doubles.pop_back();
    npz::write(folder.path / "fewer.npz", doubles);
    Model unbound{};
    CHECK(says(refusal_of([&] { numpy::load(unbound, folder.path / "fewer.npz", {.convert = true}); }), "is missing"));
    CHECK(says(refusal_of([&] { numpy::save(unbound, folder.path / "none.npz"); }), "is bound to no stored variable"));
    CHECK(!std::filesystem::exists(folder.path / "none.npz"));
}

TEST_CASE("safetensors of other numbers are converted when asked", "[interop][numpy]")
{
    const Temporary folder("numpy");
    const auto model = build<Sequential<Input<2>, Dense<1>>>(Seed{1});
    for (const dtype type : {dtype::float16, dtype::bfloat16}) {
        // 1, -2 and 0.5 of 16 bits
        const bool half = type == dtype::float16;
        const std::string kernel(half ? std::string_view("\0\x3c\0\xc0", 4) : std::string_view("\x80\x3f\0\xc0", 4));
        const std::string bias(half ? std::string_view("\0\x38", 2) : std::string_view("\0\x3f", 2));
        safetensors::write(folder.path / "a.safetensors",
                           tensor_file{"a", {{"0/kernel", type, {2, 1}, kernel, {}}, {"0/bias", type, {1}, bias, {}}}, {}});
        auto other = build<Sequential<Input<2>, Dense<1>>>(Seed{2});
        CHECK(says(refusal_of([&] { load(other, folder.path / "a.safetensors"); }), "{.convert = true}"));
        load(other, folder.path / "a.safetensors", {.convert = true});
        CHECK((predict(other, xt::xtensor<float, 2>{{3, 1}})(0, 0) == 1.5f));
    }
}
