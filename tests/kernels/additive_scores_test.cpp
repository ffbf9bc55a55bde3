// additive_scores: queries, keys and widths around a register against plain loops; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/additive_scores.hpp>
#include <lamina/kernels/reference/additive_scores.hpp>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

namespace {

template <class T> void near(const Buffer<T>& got, const Buffer<T>& expected, std::size_t terms)
{
    REQUIRE(got.guarded());
    for (std::size_t i = 0; i < got.size(); ++i)
        REQUIRE(std::fabs(double(got[i]) - double(expected[i])) <=
                (12 + double(terms)) * double(terms) * double(std::numeric_limits<T>::epsilon()));
}

template <class T> void check(std::size_t queries, std::size_t keys, std::size_t width)
{
    const kernels::additive_sizes s{queries, keys, width};
    const T factor = T(0.7);
    const auto q = Buffer<T>(queries * width, 1).random(1), k = Buffer<T>(keys * width, 3).random(2),
               weights = Buffer<T>(width, 1).random(3), slopes = Buffer<T>(queries * keys, 5).random(4);
    Buffer<T> scores(queries * keys, 3), expected(queries * keys);
    kernels::additive_scores(q.data(), k.data(), weights.data(), factor, scores.data(), s);
    reference::additive_scores(q.data(), k.data(), weights.data(), factor, expected.data(), s);
    near(scores, expected, width);

    Buffer<T> dq(q.size(), 1), dk(k.size(), 3), rq(q.size()), rk(k.size());
    auto dw = Buffer<T>(width, 5).random(5), rw = Buffer<T>(width).random(5); // these are added to
    T df = 2, rf = 2;
    kernels::additive_scores_backward(q.data(), k.data(), weights.data(), factor, slopes.data(), dq.data(), dk.data(), dw.data(),
                                      &df, s);
    reference::additive_scores_backward(q.data(), k.data(), weights.data(), factor, slopes.data(), rq.data(), rk.data(),
                                        rw.data(), &rf, s);
    near(dq, rq, keys);
    near(dk, rk, queries);
    near(dw, rw, queries * keys + 1);
    const double terms = double(queries * keys * width) + 2;
    REQUIRE(std::fabs(double(df) - double(rf)) <= (12 + terms) * 4 * double(std::numeric_limits<T>::epsilon()));
}

} // namespace

TEMPLATE_TEST_CASE("additive scores are those of plain loops", "[kernels][attention]", float, double)
{
    constexpr std::size_t lanes = simd::lanes<TestType>;
    for (const std::size_t width : {std::size_t(1), lanes - 1, lanes, lanes + 1, 3 * lanes + 2})
        for (const auto& [queries, keys] : {std::pair<std::size_t, std::size_t>{1, 1}, {3, 5}, {7, 2}, {1, 9}})
            check<TestType>(queries, keys, width);
    check<TestType>(0, 3, 5);
    check<TestType>(3, 0, 5);
}
