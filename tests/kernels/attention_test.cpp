// attention: every number of heads, steps and widths, causal and masked, against plain loops; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/core/aligned.hpp>
#include <lamina/kernels/attention.hpp>
#include <lamina/kernels/reference/attention.hpp>

using namespace lamina;
using namespace lamina::internals;
using kernels::attention_masks;
using kernels::attention_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> void near(const Buffer<T>& got, const Buffer<T>& expected, double tolerance)
{
    REQUIRE(got.guarded());
    for (std::size_t i = 0; i < got.size(); ++i)
        REQUIRE(std::fabs(double(got[i]) - double(expected[i])) <= tolerance * double(std::numeric_limits<T>::epsilon()));
}

template <class T, attention_sizes S> void check(const attention_masks& masks = {})
{
    constexpr std::size_t inner = S.heads * S.key_dim, outer = S.heads * S.value_dim, pairs = S.heads * S.queries * S.keys;
    const double terms = double(S.queries + S.keys + S.key_dim + S.value_dim) + 20;
    const auto q = Buffer<T>(S.queries * inner, 1).random(1), k = Buffer<T>(S.keys * inner, 3).random(2),
               v = Buffer<T>(S.keys * outer, 5).random(3), slopes = Buffer<T>(S.queries * outer, 1).random(4);
    const T scale = S.lowers ? T(0.7) : kernels::attention_scale<T, S>();
    T dscale = 0, expected_dscale = 0;
    Aligned<T> room;
    room.reserve(kernels::attention_room<T, S>);

    Buffer<T> p(pairs, 1), context(S.queries * outer, 3), expected_p(pairs), expected(S.queries * outer);
    kernels::attention_weights<S>(q.data(), k.data(), p.data(), room.data(), masks, scale);
    kernels::attention_context<S>(p.data(), v.data(), context.data(), room.data());
    reference::attention_forward(q.data(), k.data(), v.data(), expected_p.data(), expected.data(), S, masks, scale);
    near(p, expected_p, terms);
    near(context, expected, terms);

    Buffer<T> dp(pairs, 5), dq(q.size(), 1), dk(k.size(), 3), dv(v.size(), 1), rq(q.size()), rk(k.size()), rv(v.size());
    kernels::attention_context_backward<S>(p.data(), v.data(), slopes.data(), dp.data(), dv.data(), room.data());
    kernels::attention_weights_backward<S>(q.data(), k.data(), p.data(), dp.data(), dq.data(), dk.data(), room.data(), masks,
                                           scale, &dscale);
    reference::attention_backward(q.data(), k.data(), v.data(), p.data(), slopes.data(), rq.data(), rk.data(), rv.data(), S,
                                  masks, scale, &expected_dscale);
    REQUIRE(dp.guarded());
    REQUIRE(std::fabs(double(dscale) - double(expected_dscale)) <=
            4 * terms * double(S.queries) * double(std::numeric_limits<T>::epsilon()));
    near(dq, rq, 2 * terms);
    near(dk, rk, 2 * terms);
    near(dv, rv, 2 * terms);
}

constexpr std::uint8_t first[]{1, 0, 1, 1, 0, 1, 1}, second[]{0, 1, 1, 1, 1, 0, 1, 1, 0}, none[9]{};

} // namespace

TEMPLATE_TEST_CASE("attention is that of plain loops", "[kernels][attention]", float, double)
{
    using T = TestType;
    // queries, keys, heads, width of keys, width of values, causal
    check<T, attention_sizes{1, 1, 1, 1, 1}>();
    check<T, attention_sizes{3, 1, 2, 5, 1}>();
    check<T, attention_sizes{1, 7, 1, 1, 3}>();
    check<T, attention_sizes{7, 9, 3, 5, 2}>();
    check<T, attention_sizes{5, 33, 2, 17, 16}>();
    check<T, attention_sizes{17, 17, 1, 8, 19, true}>();
    check<T, attention_sizes{4, 3, 2, 3, 3, true}>();
    check<T, attention_sizes{7, 9, 2, 4, 4}>({first, nullptr, nullptr});
    check<T, attention_sizes{7, 9, 2, 4, 4, true}>({first, second, nullptr});
    check<T, attention_sizes{7, 9, 1, 2, 3}>({nullptr, second, none});               // nothing counts
    check<T, attention_sizes{9, 7, 1, 5, 3, true, true}>({nullptr, first, nullptr}); // each query sees a key
    check<T, attention_sizes{5, 17, 1, 16, 1, false, true}>();
}
