// lamina/ops/constants.hpp: tensors made of the program's numbers: constant, zeros, ones, zeros_like, ones_like.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// A tensor of numbers that lie in a row.
template <class T> AnyTensor filled(const Shape& extents, const T* from)
{
    AnyTensor t = empty_tensor(stored_types::dtype_of<T>, extents);
    if (extents.size() > 0) std::memcpy(static_cast<void*>(t.numbers<T>()), from, extents.size() * sizeof(T));
    return t;
}

/// The type that a tensor has for numbers of the program.
template <class T>
concept TensorNumber = std::is_arithmetic_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, long double>;

/// n numbers of a type, all alike.
[[gnu::cold]] inline AnyTensor all_alike(dtype type, const Shape& extents, double value)
{
    AnyTensor t = empty_tensor(type, extents);
    const AnyTensor one = scalar(type, value);
    const std::size_t bytes = bytes_of(type);
    for (std::size_t i = 0; i < extents.size(); ++i) std::memcpy(t.body().data + i * bytes, one.body().data, bytes);
    return t;
}

} // namespace internals::tensors

/// A tensor of one number and no axis, of its type.
///
/// Example    auto x = constant(0.5); // Tensor<double>
template <internals::tensors::TensorNumber T> Tensor<T> constant(T value)
{
    return Tensor<T>(internals::tensors::filled(Shape{}, &value));
}

/// A tensor of numbers in braces; its shape is static.
///
/// Example    auto x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}}); // Tensor<float, 2, 3>
template <internals::tensors::TensorNumber T, std::size_t N> Tensor<T, std::ptrdiff_t(N)> constant(const T (&v)[N])
{
    return Tensor<T, std::ptrdiff_t(N)>(internals::tensors::filled(Shape{N}, v));
}
template <internals::tensors::TensorNumber T, std::size_t M, std::size_t N>
Tensor<T, std::ptrdiff_t(M), std::ptrdiff_t(N)> constant(const T (&v)[M][N])
{
    return Tensor<T, std::ptrdiff_t(M), std::ptrdiff_t(N)>(internals::tensors::filled(Shape{M, N}, &v[0][0]));
}
template <internals::tensors::TensorNumber T, std::size_t L, std::size_t M, std::size_t N>
Tensor<T, std::ptrdiff_t(L), std::ptrdiff_t(M), std::ptrdiff_t(N)> constant(const T (&v)[L][M][N])
{
    return Tensor<T, std::ptrdiff_t(L), std::ptrdiff_t(M), std::ptrdiff_t(N)>(
        internals::tensors::filled(Shape{L, M, N}, &v[0][0][0]));
}

/// Numbers that lie in a row, copied into a tensor of a shape that is known at run time.
///
/// Example    std::vector<float> numbers(6); auto x = constant(numbers.data(), {numbers.size() / 3, 3});
template <internals::tensors::TensorNumber T> AnyTensor constant(const T* numbers, const Shape& extents)
{
    return internals::tensors::filled(extents, numbers);
}

/// Tensors of one number.
///
/// Example    auto mask = ones({4, 1});
inline AnyTensor zeros(const Shape& extents, dtype type = dtype::float32)
{
    return internals::tensors::all_alike(type, extents, 0);
}
inline AnyTensor ones(const Shape& extents, dtype type = dtype::float32)
{
    return internals::tensors::all_alike(type, extents, 1);
}
inline AnyTensor full(const Shape& extents, double value, dtype type = dtype::float32)
{
    return internals::tensors::all_alike(type, extents, value);
}

/// The same in shape and type of another tensor.
template <TensorLike X> X zeros_like(const X& x)
{
    return X(internals::tensors::broadcast_like(internals::tensors::scalar(x.dtype(), 0), x));
}
template <TensorLike X> X ones_like(const X& x)
{
    return X(internals::tensors::broadcast_like(internals::tensors::scalar(x.dtype(), 1), x));
}

/// The same numbers, of which tapes know nothing: no gradient flows through it.
///
/// Example    auto loss = square(stop_gradient(constant(2.f)) - constant(3.f));
template <TensorLike X> X stop_gradient(X x)
{
    x.set_trail({});
    return x;
}

}} // namespace lamina
