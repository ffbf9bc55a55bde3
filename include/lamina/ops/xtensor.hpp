// lamina/ops/xtensor.hpp: tensors and xtensor: an expression becomes a tensor, and a tensor something that xtensor computes with.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// What xtensor computes with.
template <class E>
concept Expression =
    xt::is_xexpression<std::remove_cvref_t<E>>::value && TensorNumber<typename std::remove_cvref_t<E>::value_type>;

/// A shape of xtensor's as one of lamina's.
template <class Extents> [[gnu::flatten]] Shape shape_of_expression(const Extents& extents)
{
    Shape s;
    for (const auto extent : extents) {
        if (s.rank == Shape::max_rank) fail({"constant: an expression of ", extents.size(), " axes; a tensor has at most six"});
        s.push_back(static_cast<std::size_t>(extent));
    }
    return s;
}

/// A tensor of the numbers that `owner` holds, in a row, without a copy.
template <class Container> [[gnu::flatten]] AnyTensor take_over(Container&& x)
{
    using T = typename Container::value_type;
    const Shape extents = shape_of_expression(x.shape());
    auto owner = std::make_shared<Container>(std::move(x));
    x = Container(); // xtensor leaves it its extents, and whoever fills it again would see no need to make room
    AnyTensor t(new_body(stored_types::dtype_of<T>, extents, 0));
    if (extents.size() > 0) t.body().data = reinterpret_cast<std::byte*>(owner->data());
    t.body().keeper = std::move(owner);
    return t;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_view(const AnyTensor& t, dtype type, std::size_t rank)
{
    fail({"view: a tensor is ", name_of(t.dtype()), ' ', t.shape(), ", it was asked for as ", name_of(type), " with ", rank,
          " axes"});
}

} // namespace internals::tensors

/// The numbers of an expression of xtensor, computed and copied.
///
/// Errors     more than six axes.
/// Example    auto x = constant(xt::linspace<float>(0, 1, 11));
template <internals::tensors::Expression E> [[gnu::flatten]] AnyTensor constant(const E& expression)
{
    using T = typename E::value_type;
    const Shape extents = internals::tensors::shape_of_expression(expression.shape());
    const AnyTensor t = internals::tensors::empty_tensor(stored_types::dtype_of<T>, extents);
    std::copy(expression.template begin<xt::layout_type::row_major>(), expression.template end<xt::layout_type::row_major>(),
              t.template numbers<T>());
    return t;
}

/// An array of xtensor that lies in rows, taken over: its numbers are not copied.
///
/// Example    xt::xtensor<float, 2> images({32, 784}); auto x = constant(std::move(images));
template <class T, std::size_t Rank, class A> AnyTensor constant(xt::xtensor<T, Rank, xt::layout_type::row_major, A>&& array)
{
    return internals::tensors::take_over(std::move(array));
}
template <class T, class A, class S> AnyTensor constant(xt::xarray<T, xt::layout_type::row_major, A, S>&& array)
{
    return internals::tensors::take_over(std::move(array));
}

/// The numbers of a tensor as something that xtensor computes with. Nothing is copied, and it holds the tensor, so `view<float, 2>(f(x))` may
/// be kept. Of a tensor of no axis take item().
///
/// Errors     another type or number of axes than the tensor's.
/// Example    xt::xtensor<double, 1> doubled = 2.0 * view<double, 1>(constant({1., 2.}));
template <class T, std::size_t Rank>
    requires(Rank > 0)
[[gnu::flatten]] auto view(const AnyTensor& tensor)
{
    if (tensor.dtype() != stored_types::dtype_of<T> || tensor.rank() != Rank)
        internals::tensors::refuse_view(tensor, stored_types::dtype_of<T>, Rank);
    std::size_t extents[Rank]; // as a C array: of others xtensor 0.24 loses the rank, or does not compile
    std::copy_n(tensor.shape().extents, Rank, extents);
    const T* const first = tensor.data<T>();
    return xt::adapt_smart_ptr(std::shared_ptr<const T>(std::make_shared<const AnyTensor>(tensor), first), extents);
}

}} // namespace lamina
