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
static_assert(Discretization<1, 1>::accept(Shape{5}).answer == misfit::boundaries_ascend);
static_assert(CategoryEncoding<4>::on<5>::whole_below == 4);

namespace {

using Numbers = std::vector<float>;

template <class B> Numbers of(const Numbers& x)
{
    Numbers y(B::output.size());
    B{}.forward({}, x.data(), y.data(), nullptr, nullptr, 1);
    return y;
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
