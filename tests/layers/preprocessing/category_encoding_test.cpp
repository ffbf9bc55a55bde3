// CategoryEncoding and Discretization: shapes, refusals, numbers by hand, no gradient.
#include "layers/gradient_check.hpp"

#include <lamina/layers/preprocessing/category_encoding.hpp>
#include <lamina/layers/preprocessing/discretization.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(CategoryEncoding<4, OneHot>::accept(Shape{5, 1}).output == Shape{5, 4});
static_assert(CategoryEncoding<4, OneHot>::accept(Shape{5, 2}).output == Shape{5, 2, 4});
static_assert(CategoryEncoding<4>::accept(Shape{5}).output == Shape{4});
static_assert(CategoryEncoding<4, internals::tag<int>>::options::fine == false);
static_assert(CategoryEncoding<4, lamina::Count>::accept(Shape{5, 2}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(CategoryEncoding<0>::accept(Shape{5}).answer == misfit::an_extent_is_zero);
static_assert(Discretization<0, 1>::accept(Shape{5, 2}).output == Shape{5, 2});
static_assert(Discretization<1, 1>::accept(Shape{5}).answer ==
              misfit::boundaries_ascend__or_are_NumBins_of_at_least_1_with_an_epsilon_in_0_to_1);
static_assert(Discretization<NumBins{4}>::accept(Shape{5, 2}).output == Shape{5, 2});
static_assert(Discretization<NumBins{4, 0}>::accept(Shape{5}).answer == Discretization<1, 1>::accept(Shape{5}).answer);
static_assert(Discretization<NumBins{4}, 1>::accept(Shape{5}).answer == Discretization<1, 1>::accept(Shape{5}).answer);
static_assert(CategoryEncoding<4>::on<5>::whole_below == 4);

namespace {

using Numbers = std::vector<float>;

template <class B> Numbers of(const Numbers& x)
{
    Numbers y(B::output.size());
    B{}.forward({}, x.data(), y.data(), nullptr, nullptr, 1);
    return y;
}

/// The boundaries that `adapt` makes of n numbers.
template <NumBins Bins> Numbers adapted(std::size_t n, float steps = 0)
{
    Numbers data;
    for (std::size_t i = 0; i < n; ++i) {
        const float x = static_cast<float>(static_cast<double>(i * 7919 % 1013) / 506.5 - 1);
        data.push_back(steps > 0 ? std::floor(x * steps) : x);
    }
    auto block = build<typename Discretization<Bins>::template on<2>>(Seed{});
    block.adapt(data);
    return Numbers(block.bin_boundaries.data(), block.bin_boundaries.data() + block.bin_boundaries.size);
}
void check_equal(const Numbers& got, const Numbers& wanted)
{
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).epsilon(1e-6));
}

} // namespace

TEST_CASE("Categories become rows of zeros and ones", "[layers][preprocessing]")
{
    CHECK(of<CategoryEncoding<3, OneHot>::on<2, 1>>({2, 0}) == Numbers{0, 0, 1, 1, 0, 0});
    CHECK(of<CategoryEncoding<3>::on<4>>({2, 0, 2, 2}) == Numbers{1, 0, 1});
    CHECK(of<CategoryEncoding<3, lamina::Count>::on<4>>({2, 0, 2, 2}) == Numbers{1, 0, 3});
    for (const float wrong : {3.f, -1.f, 0.5f, NAN}) CHECK_THROWS_AS((of<CategoryEncoding<3>::on<2>>({0, wrong})), lamina::error);
}

TEST_CASE("Numbers become the ranges that they lie in", "[layers][preprocessing]")
{
    CHECK(of<Discretization<-1, 0.5, 2>::on<6>>({-2, -1, 0, 0.5, 1.9f, 7}) == Numbers{0, 1, 1, 2, 2, 3});
    CHECK(of<Discretization<>::on<2>>({-2, 7}) == Numbers{0, 0});
    const auto model = build<Sequential<Input<1>, Discretization<0.5, 1.5>, CategoryEncoding<3, OneHot>>>(Seed{});
    CHECK(model(std::array{1.f})(1) == 1);
    const Discretization<0>::on<2> block{};
    auto gradient = block;
    const float x[]{1, 2}, dy[]{3, 4};
    float dx[]{5, 6};
    block.backward({}, x, nullptr, nullptr, dy, dx, gradient, nullptr, 1);
    CHECK((dx[0] == 0 && dx[1] == 0));
}

TEST_CASE("adapt puts boundaries where Keras puts them", "[layers][preprocessing]")
{
    // keras 3.15.1: Discretization(num_bins=…, epsilon=…).adapt(…)
    check_equal(adapted<NumBins{4}>(250), {-0.493089765f, 0.0118463328f, 0.501974225f});
    check_equal(adapted<NumBins{7}>(1500),
                {-0.714003801f, -0.429981947f, -0.142011315f, 0.14201057f, 0.428006947f, 0.713439345f});
    check_equal(adapted<NumBins{5, 0.1}>(37), {-0.59368211f, -0.166041389f, 0.226850897f, 0.547482729f});
    check_equal(adapted<NumBins{10}>(60, 2), {-2, -2, -1, -1, 0, 0, 0, 1, 1});
    constexpr float none = std::numeric_limits<float>::max();
    check_equal(adapted<NumBins{5}>(3), {-1, 0.26949653f, none, none}); // fewer numbers than ranges
    const auto many = adapted<NumBins{49}>(250);                        // Keras makes 50 ranges
    CHECK((many.size() == 48 && many[47] == Approx(0.966597378).epsilon(1e-6)));
}

TEST_CASE("What a Discretization has seen is a part of its model; what it cannot see changes nothing", "[layers][preprocessing]")
{
    auto model = build<Sequential<Input<1>, Discretization<NumBins{3}>>>(Seed{});
    CHECK(model(std::array{7.f})(0) == 0); // it has seen nothing
    model.layer<0>().adapt(std::vector<double>{1, 2, 3, 4, 5, 6});
    const auto copy = clone(model);
    CHECK((copy(std::array{1.f})(0) == 0 && copy(std::array{3.f})(0) == 1 && copy(std::array{7.f})(0) == 2));
    CHECK_THROWS_AS(model.layer<0>().adapt(Numbers{}), lamina::error);
    CHECK_THROWS_AS(model.layer<0>().adapt(Numbers{1, NAN}), lamina::error);
    CHECK(model(std::array{3.f})(0) == 1);
    auto one = build<Discretization<NumBins{1}>::on<2>>(Seed{});
    one.adapt(Numbers{1, 2});
    CHECK(one(std::array{1.f, 5.f})(1) == 0);
}
