// Inference on several threads gives the bits that one thread gives, for Sequentials and for structs.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/parallel_predict.hpp>

#include <cmath>
#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<6, 5, 2>, Conv2D<4, Kernel<3>, Same, Tanh>, Flatten, Dense<3, Softmax>>;

struct Residual {
    Dense<5, Tanh>::on<3> first;
    Dense<5>::on<5> mixed;
    Dense<3>::on<5> last;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + mixed(h));
    }
};

template <class T, std::size_t Rank> xt::xtensor<T, Rank> samples(const std::array<std::size_t, Rank>& extents)
{
    xt::xtensor<T, Rank> x(extents);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(100 + 99 * std::sin(double(i) * 0.37));
    return x;
}

template <class M, class X> void check(const M& model, const X& x)
{
    INFO(x.shape()[0] << " samples");
    const auto alone = predict(model, x);
    for (const std::size_t threads : {0u, 1u, 2u, 3u, 50u}) {
        INFO(threads << " threads");
        CHECK(bool(predict(model, x, {.threads = threads}) == alone));
        CHECK(bool(predict_classes(model, x, {.threads = threads}) == predict_classes(model, x)));
    }
}

} // namespace

TEST_CASE("Threads do not change a bit of what is predicted", "[models][predict][threads]")
{
    const auto net = build<Net>(Seed{1});
    const auto residual = build<Residual>(Seed{1});
    for (const std::size_t n : {0u, 1u, 32u, 33u, 95u, 320u}) {
        check(net, samples<float, 4>({n, 6, 5, 2}));
        check(net, samples<std::uint8_t, 4>({n, 6, 5, 2}));
        check(residual, samples<float, 2>({n, 3}));
    }
}

TEST_CASE("On threads, too, what does not fit is refused with a sentence", "[models][predict]")
{
    using Catch::Contains;
    const auto net = build<Net>(Seed{1});
    CHECK_THROWS_WITH(predict(net, samples<float, 4>({70, 5, 6, 2}), {.threads = 2}),
                      Contains("predict") && Contains("[5, 6, 2]") && Contains("[6, 5, 2]"));
    const auto residual = build<Residual>(Seed{1});
    CHECK_THROWS_WITH(predict(residual, samples<float, 2>({70, 4}), {.threads = 2}), Contains("[4]") && Contains("[3]"));
    CHECK_THROWS_AS(predict(Net{}, samples<float, 4>({70, 6, 5, 2}), {.threads = 2}), error);
}
