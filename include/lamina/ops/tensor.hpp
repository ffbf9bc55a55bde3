// lamina/ops/tensor.hpp: tensors: handles to numbers that never change, their shape known at run time or by the compiler.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/devices.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/broadcast.hpp>
#include <lamina/ops/tensor_memory.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An extent that is known at run time alone: `Tensor<float, dyn, 28, 28>`. Error messages print it as -1.
inline constexpr std::ptrdiff_t dyn = -1;

namespace internals::tensors {

/// `dyn` in a Shape.
inline constexpr std::size_t unknown = ops::unknown_extent;

/// Whether no extent is dyn.
constexpr bool is_known(const Shape& s)
{
    for (std::size_t axis = 0; axis < s.rank; ++axis)
        if (s[axis] == unknown) return false;
    return true;
}

/// Where a tape knows a tensor: a step of the journal of the thread in which the step was written.
struct Trail {
    std::uint64_t epoch = 0; ///< 0: no tape does
    std::uint32_t index = 0;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_type(dtype is, dtype wanted)
{
    fail({"a tensor is ", name_of(is), ", its numbers were asked for as ", name_of(wanted), "; use cast, or item()"});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_item(std::size_t at, const Shape& s)
{
    fail({"item(", at, ") of a tensor of shape ", s, " and ", s.size(), " numbers; the first is item(0)"});
}
/// How the graph that this thread traces names one of its values.
using NameOfSymbol = std::string (*)(const Body& value);
inline constinit thread_local NameOfSymbol name_of_symbol = nullptr;

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_numbers_of_symbol(const Body& value)
{
    if (!name_of_symbol) fail({"a value of a graph was read, which has numbers only while the graph runs; ask graph.run for it"});
    fail({"\"", name_of_symbol(value), "\" has no value while a graph is traced; use where(), or run it"});
}
[[gnu::cold, gnu::noinline]] inline void require_known_size(const Body& value)
{
    if (is_known(value.extents)) return;
    fail({"the number of elements of a tensor of shape ", value.extents,
          " is known only when the graph runs; reduce_mean divides by it, -1 stands for an extent in reshape"});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_empty()
{
    fail({"a tensor without numbers was read; it is empty, as the gradient of a source that is not connected is"});
}

} // namespace internals::tensors

/// A tensor whose type and shape are known at run time. A handle of 24 bytes: copies share the numbers, which lie in one row and never
/// change, so threads may share them and a tape needs no copy. At most six axes; float, double, int32, int64 and bool, other types to
/// be stored and cast.
///
/// Errors     item, data and view say what is wrong with type, place or an empty handle in one sentence.
/// Example    AnyTensor y = square(constant({1.f, 2.f})); // y.item(1) is 4
class AnyTensor : public internals::functions::tensor_base {
public:
    AnyTensor() = default;
    AnyTensor(const AnyTensor& other) : body_(other.body_), trail_(other.trail_)
    {
        if (body_) body_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    AnyTensor(AnyTensor&& other) noexcept : body_(std::exchange(other.body_, nullptr)), trail_(other.trail_) {}
    AnyTensor& operator=(const AnyTensor& other)
    {
        AnyTensor copy(other);
        return *this = std::move(copy);
    }
    AnyTensor& operator=(AnyTensor&& other) noexcept
    {
        std::swap(body_, other.body_);
        trail_ = other.trail_;
        return *this;
    }
    ~AnyTensor()
    {
        if (body_ && body_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) internals::tensors::delete_body(body_);
    }

    /// Whether it holds a tensor: false for the gradient of a source that is not connected.
    explicit operator bool() const { return body_ != nullptr; }

    lamina::dtype dtype() const { return body().type; }
    const Shape& shape() const { return body().extents; }
    std::size_t rank() const { return shape().rank; }
    /// How many numbers there are. Of a value of a graph whose shape is not known yet it throws.
    std::size_t size() const
    {
        if (body().symbolic) internals::tensors::require_known_size(*body_);
        return shape().size();
    }

    /// The numbers in a row, the last axis fastest. T must be the tensor's type.
    template <class T> const T* data() const
    {
        if (dtype() != stored_types::dtype_of<T>) internals::tensors::refuse_type(dtype(), stored_types::dtype_of<T>);
        if (body_->symbolic) internals::tensors::refuse_numbers_of_symbol(*body_);
        return numbers<T>();
    }

    /// One number, as it lies in the row, converted to T.
    template <class T = double> T item(std::size_t at = 0) const
    {
        if (body().symbolic) internals::tensors::refuse_numbers_of_symbol(*body_);
        if (at >= size() || !body_->data) internals::tensors::refuse_item(at, shape());
        T value{};
        internals::with_number_of(
            dtype(), [&]<class Stored>(Stored) { value = static_cast<T>(internals::value_of(numbers<Stored>()[at])); });
        return value;
    }

    /// Where its numbers lie: in the memory that all devices of this build share, which has the name of the first.
    static constexpr std::string_view device() { return "/cpu:0"; }
    AnyTensor cpu() const { return *this; }
    /// Refuses: there is none; `num_gpus()` is 0.
    AnyTensor gpu() const { internals::refuse_device("/gpu:0"); }

    /// For lamina's ops: the body, the numbers without a check, and where tapes know this handle.
    explicit AnyTensor(internals::tensors::Body* of) : body_(of) {}
    internals::tensors::Body& body() const
    {
        if (!body_) internals::tensors::refuse_empty();
        return *body_;
    }
    template <class T> T* numbers() const { return reinterpret_cast<T*>(body_->data); }
    const internals::tensors::Trail& trail() const { return trail_; }
    void set_trail(const internals::tensors::Trail& to) { trail_ = to; }

private:
    internals::tensors::Body* body_ = nullptr;
    internals::tensors::Trail trail_{};
};

namespace internals::tensors {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_size(const Shape& s)
{
    for (std::size_t axis = 0; axis < s.rank; ++axis)
        if (s[axis] == unknown)
            fail({"numbers of shape ", s,
                  " were asked for, in which -1 is known only when the graph runs; make them of a tensor "
                  "of that shape, with zeros_like or ones_like"});
    fail({"a tensor of shape ", s, " is larger than any memory"});
}

/// A tensor of numbers that nobody has written yet.
inline AnyTensor empty_tensor(dtype type, const Shape& extents)
{
    std::size_t bytes = bytes_of(type);
    bool wraps = false;
    for (std::size_t axis = 0; axis < extents.rank; ++axis) wraps |= __builtin_mul_overflow(bytes, extents[axis], &bytes);
    if (wraps || bytes >> 46 != 0) refuse_size(extents);
    return AnyTensor(new_body(type, extents, bytes));
}

/// A tensor of the same numbers in another shape.
[[gnu::cold]] inline AnyTensor same_numbers(const AnyTensor& of, const Shape& extents)
{
    AnyTensor t(new_body(of.dtype(), extents, 0));
    t.body().data = of.body().data;
    t.body().keeper = of.body().keeper;
    if (!t.body().keeper) {
        AnyTensor owner = of;
        owner.set_trail({});
        t.body().keeper = std::make_shared<const AnyTensor>(std::move(owner));
    }
    return t;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_form(const AnyTensor& t, dtype type, const Shape& wanted)
{
    std::string text;
    print(text, '[');
    for (std::size_t axis = 0; axis < wanted.rank; ++axis) {
        if (axis > 0) print(text, ", ");
        if (wanted[axis] == unknown) print(text, "any");
        else print(text, wanted[axis]);
    }
    print(text, ']');
    fail({"a tensor is ", name_of(t.dtype()), ' ', t.shape(), ", its static type needs ", name_of(type), ' ', text});
}

inline void check_form(const AnyTensor& t, dtype type, const Shape& wanted)
{
    bool fits = t.dtype() == type && t.rank() == wanted.rank;
    for (std::size_t axis = 0; fits && axis < wanted.rank; ++axis)
        fits = wanted[axis] == unknown || wanted[axis] == t.shape()[axis];
    if (!fits) refuse_form(t, type, wanted);
}

template <std::ptrdiff_t... Extents> consteval Shape shape_of_extents()
{
    Shape s;
    (s.push_back(static_cast<std::size_t>(Extents)), ...);
    return s;
}

} // namespace internals::tensors

/// A tensor whose type and rank the compiler knows, and its extents as far as they are not `dyn`: shapes that do not broadcast are refused
/// where they are written. It adds nothing to an AnyTensor, which it is made of by a conversion that checks once.
///
/// Example    Tensor<float, dyn, 3> rows(reshape(ones({6}), {-1, 3}));
template <class T, std::ptrdiff_t... Extents> class Tensor : public AnyTensor {
    static_assert(sizeof...(Extents) <= Shape::max_rank, "lamina: a tensor has at most six axes");

public:
    using value_type = T;
    static constexpr Shape extents = internals::tensors::shape_of_extents<Extents...>();

    Tensor() = default;
    explicit Tensor(AnyTensor of) : AnyTensor(std::move(of))
    {
        if (*this) internals::tensors::check_form(*this, stored_types::dtype_of<T>, extents);
    }

    const T* data() const { return AnyTensor::data<T>(); }
    template <class As> const As* data() const { return AnyTensor::data<As>(); }
    /// One number, as it lies in the row.
    template <class As = T> As item(std::size_t at = 0) const { return AnyTensor::item<As>(at); }
    Tensor cpu() const { return *this; }
    Tensor gpu() const { internals::refuse_device("/gpu:0"); }
};

/// A tensor, static or not.
template <class X>
concept TensorLike = std::derived_from<std::remove_cvref_t<X>, AnyTensor>;

/// A tensor whose type and rank the compiler knows.
template <class X>
concept StaticTensor = TensorLike<X> && requires { std::remove_cvref_t<X>::extents; };

namespace internals::tensors {

template <class T, Shape S> struct TensorOfShape {
    template <std::size_t... Axis>
    static auto find(std::index_sequence<Axis...>) -> Tensor<T, static_cast<std::ptrdiff_t>(S.extents[Axis])...>;
    using type = decltype(find(std::make_index_sequence<S.rank>{}));
};

/// The static tensor of a type and a shape, in which `unknown` is dyn.
template <class T, Shape S> using TensorOf = typename TensorOfShape<T, S>::type;

} // namespace internals::tensors

}} // namespace lamina
