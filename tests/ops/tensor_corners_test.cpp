// Functions on tensors where they are not smooth, as TensorFlow 2.21 has them; what they refuse, and in what words; what they do not copy.
#include "catch.hpp"

#include <lamina/autodiff.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), none = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;

Numbers all_of(const AnyTensor& t)
{
    Numbers all;
    for (std::size_t i = 0; t && i < t.size(); ++i) all.push_back(t.item(i));
    return all;
}
bool alike(const AnyTensor& t, const Numbers& needed)
{
    const Numbers got = all_of(t);
    bool same = got.size() == needed.size();
    for (std::size_t i = 0; same && i < got.size(); ++i)
        same = got[i] == needed[i] || (got[i] != got[i] && needed[i] != needed[i]) || std::fabs(got[i] - needed[i]) < 1e-12;
    INFO("got " << Catch::StringMaker<Numbers>::convert(got) << ", needed " << Catch::StringMaker<Numbers>::convert(needed));
    CHECK(same);
    return same;
}

template <class F> AnyTensor slope(const F& f, AnyTensor x)
{
    GradientTape tape;
    tape.watch(x);
    return tape.gradient(AnyTensor(f(x)), x);
}
/// The gradient of the sum of the gradients.
template <class F> AnyTensor second_slope(const F& f, AnyTensor x)
{
    GradientTape tape;
    tape.watch(x);
    return tape.gradient(slope(f, x), x, {}, Unconnected::zeros);
}

#define OF(call) [&](const AnyTensor& x) -> AnyTensor { return call; }
#define NO(call) +[](const AnyTensor& x) -> AnyTensor { return call; }

} // namespace

TEST_CASE("slopes at corners")
{
    CHECK(alike(slope(OF(reduce_max(x)), constant({2., 3., 3.})), {0, 0.5, 0.5}));
    CHECK(alike(slope(OF(reduce_min(x, {1})), constant({{1., 1.}, {0., 2.}})), {0.5, 0.5, 1, 0}));
    const AnyTensor b = constant({1., 0.});
    CHECK(alike(slope(OF(maximum(x, b)), constant({1., 1.})), {1, 1}));
    CHECK(alike(slope(OF(maximum(b, x)), constant({1., 1.})), {0, 1}));
    CHECK(alike(slope(OF(minimum(x, b)), constant({1., 1.})), {1, 0}));
    CHECK(alike(slope(OF(clip_by_value(x, -1, 1)), constant({-2., -1., 0., 1., 2.})), {0, 1, 1, 1, 0}));
    CHECK(alike(slope(OF(abs(x)), constant({0., -1.})), {0, -1}));
    CHECK(alike(slope(OF(relu(x)), constant({0., -1., 1.})), {0, 0, 1}));
    CHECK(alike(slope(OF(sign(x)), constant({0., -1.})), {0, 0}));
    CHECK(alike(slope(OF(sqrt(x)), constant({0.})), {infinity}));
    CHECK(alike(slope(OF(norm(x)), constant({0., 0.})), {none, none}));
    CHECK(alike(slope(OF(reduce_std(x)), constant({2., 2.})), {none, none}));
    for (AnyTensor (*const f)(const AnyTensor&) :
         {NO(floor(x)), NO(ceil(x)), NO(round(x)), NO(floordiv(x, 2)), NO(cast<float>(cast<int>(x)))})
        CHECK_FALSE(slope(f, constant({1.5})));
}

TEST_CASE("powers at corners")
{
    const AnyTensor bases = constant({-2., 0., 0., 3.}), exponents = constant({2., 2., 0., 2.});
    CHECK(alike(pow(bases, exponents), {4, 0, 1, 9}));
    CHECK(alike(slope(OF(pow(x, exponents)), bases), {-4, 0, none, 6}));
    CHECK(alike(slope(OF(pow(bases, x)), exponents), {0, 0, 0, 9 * std::log(3.)}));
    CHECK(alike(second_slope(OF(pow(bases, x)), exponents), {0, 0, 0, 9 * std::log(3.) * std::log(3.)}));
    // A number is a constant exponent: no slope is NaN because of one that vanishes.
    CHECK(alike(slope(OF(pow(x, 0)), bases), {0, 0, 0, 0}));
    CHECK(alike(second_slope(OF(pow(x, 2)), constant({0., 1.})), {2, 2}));
    CHECK(alike(second_slope(OF(pow(x, 1)), constant({0., 1.})), {0, 0}));
    CHECK(alike(pow(2, constant({-1., 3.})), {0.5, 8}));
    CHECK_THROWS_WITH(pow(constant({1}), constant({2})), Contains("pow: of int32 numbers there is none"));
}

TEST_CASE("products with zeros, and sums of exponentials without numbers")
{
    CHECK(alike(slope(OF(reduce_prod(x)), constant({0., 2., 3.})), {6, 0, 0}));
    CHECK(alike(slope(OF(reduce_prod(x)), constant({0., 0., 3.})), {0, 0, 0}));
    CHECK(alike(second_slope(OF(reduce_prod(x)), constant({0., 2., 3.})), {5, 3, 2}));
    CHECK(alike(second_slope(OF(reduce_prod(x)), constant({0., 0., 3.})), {3, 3, 0}));
    CHECK(alike(reduce_prod(zeros({2, 0}, dtype::float64), {1}), {1, 1}));
    CHECK(alike(reduce_prod(constant({2, 3, 4})), {24}));

    CHECK(alike(reduce_logsumexp(constant({-infinity, 0.})), {0}));
    CHECK(alike(slope(OF(reduce_logsumexp(x)), constant({-infinity, 0.})), {0, 1}));
    CHECK(alike(second_slope(OF(reduce_logsumexp(x)), constant({-infinity, 0.})), {0, 0}));
    CHECK(alike(reduce_logsumexp(constant({1000., 1000.})), {1000 + std::log(2.)}));
    CHECK(alike(reduce_logsumexp(constant({-infinity, -infinity})), {-infinity}));
    CHECK(alike(reduce_logsumexp(constant({infinity, 0.})), {infinity}));
    CHECK(alike(clip_by_norm(constant({0., 0.}), 1), {0, 0}));
    CHECK(alike(slope(OF(clip_by_norm(x, 1)), constant({0., 0.})), {1, 1}));
    CHECK(alike(clip_by_norm(constant({3., 4.}), 1), {0.6, 0.8}));
}

TEST_CASE("cross-entropies of large logits, and labels that are none")
{
    const AnyTensor logits = constant({0., 100., -100., 1000.}), labels = constant({1., 1., 0., 0.});
    CHECK(alike(sigmoid_cross_entropy(labels, logits), {std::log(2.), 0, 0, 1000}));
    CHECK(alike(slope(OF(sigmoid_cross_entropy(labels, x)), logits), {-0.5, 0, 0, 1}));
    CHECK(alike(second_slope(OF(sigmoid_cross_entropy(labels, x)), constant({0., 0., 0., 0.})), {0.25, 0.25, 0.25, 0.25}));
    const AnyTensor rows = constant({{1000., 0.}, {0., 1000.}}), classes = constant({0, 0});
    CHECK(alike(sparse_softmax_cross_entropy(classes, rows), {0, 1000}));
    CHECK(alike(slope(OF(sparse_softmax_cross_entropy(classes, x)), rows), {0, 0, -1, 1}));
    CHECK(alike(softmax_cross_entropy(one_hot(classes, 2, -1, dtype::float64), rows), {0, 1000}));

    CHECK_THROWS_WITH(sparse_softmax_cross_entropy(constant({0, 2}), rows), Contains("label 2 of row 1; labels are in [0, 2)"));
    CHECK_THROWS_WITH(sparse_softmax_cross_entropy(constant({0, -1}), rows), Contains("label -1 of row 1"));
    CHECK_THROWS_WITH(sparse_softmax_cross_entropy(constant({0, 1, 0}), rows), Contains("each row of logits needs one label"));
    CHECK_THROWS_WITH(sparse_softmax_cross_entropy(constant({0., 1.}), rows), Contains("have to be int32 or int64"));
    CHECK_THROWS_WITH(softmax_cross_entropy(classes, rows), Contains("use sparse_softmax_cross_entropy for integer classes"));
    CHECK_THROWS_WITH(softmax_cross_entropy(constant({{1., 0.}}), rows), Contains("they have to be equal"));
    CHECK_THROWS_WITH(sigmoid_cross_entropy(constant({1., 0.}), rows), Contains("they have to be equal"));
}

TEST_CASE("NaN stays, and stands where numpy says it stands")
{
    const AnyTensor x = constant({1., none, 3.});
    CHECK(alike(reduce_max(x), {none}));
    CHECK(alike(reduce_min(x), {none}));
    CHECK((argmax(x).item() == 1 && argmin(x).item() == 1));
    CHECK(alike(argmax(constant({{1, 5, 5}, {7, 0, 7}}), 1), {1, 0}));
    CHECK(alike(argmin(constant({{1, 5, 5}, {7, 0, 7}}), 0), {0, 1, 0}));
    CHECK(argmax(x).dtype() == dtype::int64);
    CHECK(alike(reduce_max(zeros({0, 2}, dtype::float64), {0}), {-infinity, -infinity}));
    CHECK(alike(round(constant({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 1e300, infinity, none})),
                {-2, -2, 0, 0, 2, 2, 0, 1e300, infinity, none}));
}

TEST_CASE("integers and truths")
{
    const AnyTensor a = constant({7, -7, 7, -7}), b = constant({2, 2, -2, -2});
    CHECK(alike(floordiv(a, b), {3, -4, -4, 3}));
    CHECK(alike(mod(a, b), {1, 1, -1, -1}));
    CHECK(alike(a + b * 2 - maximum(a, b), {4, -5, -4, -9}));
    constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
    CHECK(alike(-constant({lowest}) - constant({1}), {double(std::numeric_limits<std::int32_t>::max())})); // wraps around
    CHECK(alike(floordiv(constant({lowest}), -1), {double(lowest)}));
    CHECK(alike(mod(constant({lowest}), -1), {0}));
    CHECK(alike(cumsum(constant({1, 2, 3})), {1, 3, 6}));
    CHECK(alike(reduce_max(constant({-3, -2})), {-2}));
    CHECK_THROWS_WITH(floordiv(a, 0), Contains("an integer divided by 0"));
    CHECK_THROWS_WITH(mod(a, 0), Contains("an integer divided by 0"));
    CHECK_THROWS_WITH(reduce_sum(a), Contains("cast them"));

    const AnyTensor truth = constant({{true, false}, {true, true}});
    CHECK(alike(reduce_all(truth, {1}), {0, 1}));
    CHECK(alike(reduce_any(truth, {0}), {1, 1}));
    CHECK(reduce_any(truth).item<bool>());
    CHECK_THROWS_WITH(reduce_all(a), Contains("it takes bool tensors"));
    CHECK(alike(pad(truth, {{0, 0}, {0, 1}}, 1), {1, 0, 1, 1, 1, 1}));
    CHECK(alike(one_hot(constant({2, -1, 0}), 3), {0, 0, 1, 0, 0, 0, 1, 0, 0}));
    CHECK(alike(one_hot(constant({1, 0}), 2, 0, dtype::int32), {0, 1, 1, 0}));
}

TEST_CASE("what shares numbers does not copy them")
{
    const AnyTensor x = ones({30, 4}, dtype::float64);
    const double* const first = x.data<double>();
    CHECK(reshape(x, {4, -1}).data<double>() == first);
    CHECK(expand_dims(x, 0).data<double>() == first);
    CHECK(squeeze(expand_dims(x, 0)).data<double>() == first);
    CHECK(slice(x, {10}, {20}).data<double>() == first + 40);
    CHECK(split(x, 2)[1].data<double>() == first + 60);
    CHECK(slice(x, {0, 1}, {-1, 2}).data<double>() != first + 1);
    AnyTensor kept = slice(square(x), {10}, {20}); // what owned the numbers is gone
    CHECK(reduce_sum(kept).item() == 80);
}

TEST_CASE("a tensor lies in the memory of the first device")
{
    const auto x = constant({{1.f, 2.f}});
    const AnyTensor any = x;
    CHECK(x.device() == devices().front().name);
    CHECK(any.device() == "/cpu:0");
    const Tensor<float, 1, 2> here = x.cpu();
    CHECK(here.data() == x.data());
    CHECK(any.cpu().data<float>() == x.data());
    CHECK_THROWS_WITH(x.gpu(), Contains("there is no \"/gpu:0\"; this build computes on: /cpu:0 ("));
    CHECK_THROWS_WITH(any.gpu(), Contains("there is no \"/gpu:0\""));
    CHECK(num_gpus() == 0);
}

TEST_CASE("what does not fit is refused by a sentence")
{
    const AnyTensor x = ones({2, 3}), sixth = ones({1, 1, 1, 1, 1, 1});
    CHECK_THROWS_WITH(reshape(x, {4, -1}), Contains("reshape: a tensor of shape [2, 3] to [4, -1]"));
    CHECK_THROWS_WITH(reshape(x, {-1, -1}), Contains("one may be -1"));
    CHECK_THROWS_WITH(reshape(x, {-2, 3}), Contains("one may be -1"));
    CHECK_THROWS_WITH(reshape(x, std::vector<int>(7, 1)), Contains("7 axes were given; a tensor has at most 6"));
    CHECK_THROWS_WITH(reshape(x, {std::int64_t{1} << 40}), Contains("does not fit in 32 bits"));
    CHECK_THROWS_WITH(reshape_like(x, sixth), Contains("has not as many numbers"));
    CHECK_THROWS_WITH(expand_dims(x, 3), Contains("axis 3 of a tensor of shape [2, 3]"));
    CHECK_THROWS_WITH(expand_dims(sixth, 0), Contains("six axes, the most that there are"));
    CHECK_THROWS_WITH(squeeze(x, 0), Contains("axis 0 of a tensor of shape [2, 3] has not extent 1"));
    CHECK_THROWS_WITH(transpose(x, {0, 0}), Contains("is no order of the axes"));
    CHECK_THROWS_WITH(transpose(x, {0}), Contains("is no order of the axes"));
    CHECK_THROWS_WITH(reverse(x, {1, -1}), Contains("axis -1 is given twice"));
    CHECK_THROWS_WITH(slice(x, {0, 2}, {1, 2}), Contains("is not within a tensor of shape [2, 3]"));
    CHECK_THROWS_WITH(slice(x, {0, 4}, {1, -1}), Contains("slice: from 4 on -1 of axis 1"));
    CHECK_THROWS_WITH(slice(x, {0}, {1, 2}), Contains("give one of each"));
    CHECK_THROWS_WITH(row(x, 2), Contains("rows are in [-2, 2)"));
    CHECK_THROWS_WITH(split(x, 2, 1), Contains("into 2 equal parts"));
    CHECK_THROWS_WITH(split(x, 0, 1), Contains("into 0 equal parts"));
    CHECK_THROWS_WITH(split(x, {1, 1}, 1), Contains("do not add up to axis 1"));
    CHECK_THROWS_WITH(split(x, {2, 2}, 1), Contains("do not add up to axis 1"));
    CHECK_THROWS_WITH(pad(x, {{0, 0}, {0, 0}, {0, 0}}), Contains("around 3 axes"));
    CHECK_THROWS_WITH(concat({}, 0), Contains("of no tensors"));
    CHECK_THROWS_WITH(concat({x, ones({3, 2})}, 0), Contains("all other extents have to be equal"));
    CHECK_THROWS_WITH(concat({x, ones({2, 3}, dtype::float64)}, 0), Contains("float32 with float64"));
    CHECK_THROWS_WITH(concat({constant(1.f)}, 0), Contains("axis 0 of a tensor of shape []"));
    CHECK_THROWS_WITH(stack({x, ones({3, 2})}), Contains("they have to be equal"));
    CHECK_THROWS_WITH(stack({sixth}), Contains("six axes"));
    CHECK_THROWS_WITH(tile(x, {2}), Contains("a number of 0 or more for each axis"));
    CHECK_THROWS_WITH(tile(x, {1 << 30, 1 << 30}), Contains("more than 2^40 numbers"));
    CHECK_THROWS_WITH(broadcast_to(x, {3}), Contains("does not spread over"));
    CHECK_THROWS_WITH(gather(x, constant({0, 3}), 1), Contains("index 3; indices are in [0, 3)"));
    CHECK_THROWS_WITH(gather(x, constant({-1}), 1), Contains("index -1"));
    CHECK_THROWS_WITH(gather(x, constant({0.5}), 1), Contains("have to be int32 or int64"));
    CHECK_THROWS_WITH(gather(sixth, zeros({1, 1}, dtype::int32)), Contains("more than six axes"));
    CHECK_THROWS_WITH(scatter_add_like(ones({3}), constant({0, 1}), ones({4})),
                      Contains("rows of shape [3] at indices of shape [2]"));
    CHECK_THROWS_WITH(one_hot(x, 3), Contains("have to be int32 or int64"));
    CHECK_THROWS_WITH(cumsum(x, 2), Contains("axis 2 of a tensor of shape [2, 3]"));
    CHECK_THROWS_WITH(argmax(zeros({2, 0}), 1), Contains("which has no numbers"));
    CHECK_THROWS_WITH(reduce_max(x, {0, 0}), Contains("given twice"));
    CHECK_THROWS_WITH(matmul(x, x), Contains("matmul: shapes [2, 3] and [2, 3]; 3 columns need as many rows, not 2"));
    CHECK_THROWS_WITH(matmul(x, x, {.transpose_a = true, .transpose_b = true}), Contains("[2, 3] (transposed)"));
    CHECK_THROWS_WITH(matmul(x, constant(1.f)), Contains("both need two axes or more"));
    CHECK_THROWS_WITH(matmul(x, ones({3, 2}, dtype::float64)), Contains("float32 with float64"));
    CHECK_THROWS_WITH(matmul(constant({{1}}), constant({{1}})), Contains("int32"));
    CHECK_THROWS_WITH(matmul(ones({2, 2, 2}), ones({3, 2, 2})), Contains("do not broadcast"));
    CHECK_THROWS_WITH(tensordot(x, x, 1), Contains("tensordot: over 1 axes"));
    CHECK_THROWS_WITH(clip_by_value(x, 1, 0), Contains("the first bound is the smaller"));
    CHECK_THROWS_WITH(clip_by_norm(x, 0), Contains("it has to be above 0"));
    CHECK_THROWS_WITH(global_norm({}), Contains("of no tensors"));
    CHECK_THROWS_WITH(AnyTensor() + x, Contains("input 0 is empty"));

    const std::size_t many = std::size_t{1} << 22;
    CHECK_THROWS_WITH(zeros({many, many, many}), Contains("is larger than any memory")); // 2^66 numbers, which wraps around to 0
    const AnyTensor long_one = zeros({many}, dtype::boolean);
    CHECK_THROWS_WITH(equal(reshape(long_one, {many, 1}), long_one), Contains("more than 2^40 numbers"));
    if (!sanitized)
        CHECK_THROWS_WITH(zeros({many, std::size_t{1} << 20}, dtype::float64), Contains("there is no memory for a tensor"));
}
