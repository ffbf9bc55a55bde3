// One step of an LSTM in registers equals plain loops in double, over odd sizes; nothing is read or written outside.
#include "catch.hpp"
#include "kernels/buffer.hpp"

#include <lamina/kernels/math.hpp>
#include <lamina/kernels/recurrent.hpp>
#include <lamina/kernels/reference/recurrent.hpp>

#include <cmath>

using namespace lamina::internals;

namespace {

template <class T, std::size_t Features, std::size_t Units> void check_step()
{
#if !LAMINA_PLAIN_LOOPS
    constexpr kernels::recurrent_sizes sizes{Features, Units, 4, 4, 2};
    if constexpr (kernels::steps_in_registers<T, sizes>()) {
        constexpr std::size_t wide = sizes.wide(), stride = row_stride<T>(wide), kept = padded<T>(Units);
        INFO(Features << " features, " << Units << " units");
        Buffer<T> x(Features, 1), k(Features * stride), r(Units * stride), b(padded<T>(wide)), state(2 * kept, 0, T(0)),
            y(Units, 1);
        x.random(1);
        k.random(2), r.random(3), b.random(4), state.random(5);
        std::vector<double> xd(x.data(), x.data() + Features), kd(Features * row_stride<double>(wide)),
            rd(Units * row_stride<double>(wide)), bd(b.data(), b.data() + wide), sd(2 * padded<double>(Units));
        for (std::size_t j = 0; j < wide; ++j) {
            for (std::size_t i = 0; i < Features; ++i) kd[i * row_stride<double>(wide) + j] = double(k[i * stride + j]);
            for (std::size_t i = 0; i < Units; ++i) rd[i * row_stride<double>(wide) + j] = double(r[i * stride + j]);
        }
        for (std::size_t u = 0; u < Units; ++u) sd[u] = double(state[u]), sd[padded<double>(Units) + u] = double(state[kept + u]);

        const auto update = [](const auto* z, const auto&, const auto* before, auto* after, auto* keep) {
            keep[0] = kernels::math::tanh(z[2]);
            after[1] = simd::fma(kernels::math::sigmoid(z[1]), before[1], kernels::math::sigmoid(z[0]) * keep[0]);
            after[0] = kernels::math::sigmoid(z[3]) * kernels::math::tanh(after[1]);
        };
        for (int step = 0; step < 3; ++step) {
            kernels::recurrent_step<sizes, 1>(x.data(), k.data(), r.data(), b.data(), static_cast<const T*>(nullptr),
                                              state.data(), y.data(), update);
            kernels::reference::lstm_step(
                xd.data(), kd.data(), rd.data(), bd.data(), sd.data(), Features, Units,
                [](double v) { return 1 / (1 + std::exp(-v)); }, [](double v) { return std::tanh(v); });
        }
        CHECK((x.guarded() && k.guarded() && r.guarded() && b.guarded() && state.guarded() && y.guarded()));
        const double bound = 40 * double(std::numeric_limits<T>::epsilon()) * double(Units + Features);
        for (std::size_t u = 0; u < Units; ++u) {
            REQUIRE(y[u] == state[u]);
            REQUIRE(double(state[u]) == Approx(sd[u]).margin(bound).epsilon(0));
            REQUIRE(double(state[kept + u]) == Approx(sd[padded<double>(Units) + u]).margin(bound).epsilon(0));
        }
    }
#endif
}

} // namespace

TEMPLATE_TEST_CASE("a step of a recurrent layer in registers", "[kernels]", float, double)
{
    check_step<TestType, 1, 1>();
    check_step<TestType, 2, 3>();
    check_step<TestType, 5, 4>();
    check_step<TestType, 1, 7>();
    check_step<TestType, 1, 8>();
    check_step<TestType, 3, 9>();
    check_step<TestType, 1, 16>();
    check_step<TestType, 1, 17>();
    check_step<TestType, 9, 20>();
    check_step<TestType, 2, 32>();
    check_step<TestType, 2, 33>();
}
