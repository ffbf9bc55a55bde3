// lamina/ops/comparison.hpp: comparisons of tensors, which give bool tensors, what is made of these, and where(condition, a, b).
//
// Nothing flows back through a comparison; through where, to each side as far as it was taken.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/spreading.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

struct Less {
    static constexpr std::string_view name = "less";
    template <class T> static bool of(T a, T b) { return a < b; }
};
struct LessOrEqual {
    static constexpr std::string_view name = "less_equal";
    template <class T> static bool of(T a, T b) { return a <= b; }
};
struct IsEqual {
    static constexpr std::string_view name = "equal";
    template <class T> static bool of(T a, T b) { return a == b; }
};
struct LogicalAnd {
    static constexpr std::string_view name = "logical_and";
    static bool of(bool a, bool b) { return a && b; }
};
struct LogicalOr {
    static constexpr std::string_view name = "logical_or";
    static bool of(bool a, bool b) { return a || b; }
};

/// A comparison, of shapes that broadcast. `OfTruth`: of two bool tensors.
template <class F, bool OfTruth> struct Compare {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_alike(F::name, in[0], in[1]);
        if (OfTruth && type != dtype::boolean)
            fail({F::name, ": of ", name_of(type), " numbers; it takes bool tensors, as comparisons give"});
        if (!OfTruth && !(F::name == IsEqual::name && type == dtype::boolean)) require_computable(F::name, type);
        s = broadcast_shape(F::name, in[0].shape(), in[1].shape());
        type = dtype::boolean;
    }
    template <class T> static void loop(const T* a, const T* b, bool* y, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i) y[i] = F::of(a[i], b[i]);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const auto pass = [&]<class T>(T) { spread_over(in[0], in[1], out, two_arrays<T, bool, loop<T>>); };
        if constexpr (OfTruth) pass(bool{});
        else {
            const dtype type = in[0].dtype();
            if (type == dtype::boolean) spread_over(in[0], in[1], out, two_arrays<std::int8_t, bool, loop<std::int8_t>>);
            else if (type == dtype::int32) pass(std::int32_t{});
            else if (type == dtype::int64) pass(std::int64_t{});
            else with_real(F::name, type, pass);
        }
    }
    static constexpr OpEntry entry{F::name, keeps::none, infer, compute, nullptr};
};

struct LogicalNot {
    static void infer(const Inputs&, const Attributes&, Shape&, dtype& type)
    {
        if (type != dtype::boolean)
            fail({"logical_not: of ", name_of(type), " numbers; it takes bool tensors, as comparisons give"});
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        for (std::size_t i = 0; i < out.size(); ++i) out.numbers<bool>()[i] = !in[0].numbers<bool>()[i];
    }
    static constexpr OpEntry entry{"logical_not", keeps::none, infer, compute, nullptr};
};

/// y = a where the condition is true, else b.
struct Select {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_alike("where", in[1], in[2]);
        if (in[0].dtype() != dtype::boolean)
            fail({"where: the condition is ", name_of(in[0].dtype()), "; it has to be a bool tensor, as comparisons give"});
        type = in[1].dtype();
        s = broadcast_shape("where", in[0].shape(), broadcast_shape("where", in[1].shape(), in[2].shape()));
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const auto spread = [&](const AnyTensor& x) {
            if (x.shape() == out.shape()) return x;
            AnyTensor wide = empty_tensor(x.dtype(), out.shape());
            BroadcastLike::spread(x, x.shape(), wide, bytes_of(x.dtype()));
            return wide;
        };
        const AnyTensor c = spread(in[0]), a = spread(in[1]), b = spread(in[2]);
        switch (bytes_of(out.dtype())) {
        case 1: return choose<std::uint8_t>(c, a, b, out);
        case 2: return choose<std::uint16_t>(c, a, b, out);
        case 4: return choose<std::uint32_t>(c, a, b, out);
        default: return choose<std::uint64_t>(c, a, b, out);
        }
    }
    template <class Bits> static void choose(const AnyTensor& c, const AnyTensor& a, const AnyTensor& b, const AnyTensor& out)
    {
        const bool* const condition = c.numbers<bool>();
        const Bits *const x0 = a.numbers<Bits>(), *const x1 = b.numbers<Bits>();
        Bits* const y = out.numbers<Bits>();
        for (std::size_t i = 0; i < out.size(); ++i) y[i] = condition[i] ? x0[i] : x1[i];
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry select_entry{"where", keeps::inputs, Select::infer, Select::compute, Select::gradient};

/// The type of a comparison: a static bool tensor where the shapes are static.
template <class Sides> struct BoolOf {
    using type = AnyTensor;
};
template <StaticTensor Sides> struct BoolOf<Sides> {
    using type = TensorOf<bool, Sides::extents>;
};

/// A tensor, or a number beside one as a tensor of that one's type.
template <TensorLike A> const AnyTensor& as_operand(const A& a, const AnyTensor&) { return a; }
template <ops::PlainNumber A> AnyTensor as_operand(const A& a, const AnyTensor& beside)
{
    return scalar(beside.dtype(), static_cast<double>(a));
}
template <class A, class B> const AnyTensor& tensor_among(const A& a, const B& b)
{
    if constexpr (TensorLike<A>) return a;
    else return b;
}

/// Two tensors, or one and a number.
template <class A, class B>
concept Operands = (TensorLike<A> && (TensorLike<B> || ops::PlainNumber<B>)) || (ops::PlainNumber<A> && TensorLike<B>);

template <class A, class B> using sides_of = ops::outcome<ops::two<ops::Plus, A, B>, A, B>;
template <class A, class B> using compared = typename BoolOf<sides_of<A, B>>::type;

/// The type of where: a static tensor where all are.
template <class C, class Sides> struct ChosenOf {
    using type = AnyTensor;
};
template <StaticTensor C, StaticTensor Sides> struct ChosenOf<C, Sides> {
    using type = TensorOf<typename Sides::value_type, ops::broadcast({C::extents, Sides::extents}).output>;
};
template <class C, class A, class B> using chosen_of = typename ChosenOf<C, sides_of<A, B>>::type;

template <class A, class B> AnyTensor run_operands(const OpEntry& op, const A& a, const B& b)
{
    return run(op, as_operand(a, tensor_among(a, b)), as_operand(b, tensor_among(a, b)));
}

} // namespace internals::tensors

/// Comparisons, element by element, of tensors that broadcast, or of a tensor and a number. They give bool tensors.
///
/// Example    auto x = constant({-1.f, 2.f}), y = where(greater(x, 0), x, 0.1f * x);
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> less(const A& a, const B& b)
{
    using namespace internals::tensors;
    return compared<A, B>(run_operands(Compare<Less, false>::entry, a, b));
}
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> less_equal(const A& a, const B& b)
{
    using namespace internals::tensors;
    return compared<A, B>(run_operands(Compare<LessOrEqual, false>::entry, a, b));
}
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> greater(const A& a, const B& b)
{
    return lamina::less(b, a);
}
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> greater_equal(const A& a, const B& b)
{
    return lamina::less_equal(b, a);
}
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> equal(const A& a, const B& b)
{
    using namespace internals::tensors;
    return compared<A, B>(run_operands(Compare<IsEqual, false>::entry, a, b));
}

/// True where a bool tensor is false.
template <TensorLike X> X logical_not(const X& x) { return X(internals::tensors::run(internals::tensors::LogicalNot::entry, x)); }

template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::compared<A, B> not_equal(const A& a, const B& b)
{
    return lamina::logical_not(lamina::equal(a, b));
}

/// Of two bool tensors.
inline AnyTensor logical_and(const AnyTensor& a, const AnyTensor& b)
{
    return internals::tensors::run(internals::tensors::Compare<internals::tensors::LogicalAnd, true>::entry, a, b);
}
inline AnyTensor logical_or(const AnyTensor& a, const AnyTensor& b)
{
    return internals::tensors::run(internals::tensors::Compare<internals::tensors::LogicalOr, true>::entry, a, b);
}

/// a where the condition is true, else b; all three broadcast, and one of a and b may be a number. Where a side is not taken nothing flows
/// to it, but what its derivative multiplies by 0 stays NaN if it is infinite: compute both sides of finite numbers.
///
/// Example    auto x = constant({-1.f, 2.f}), y = where(greater(x, 0), log(maximum(x, 1e-6f)), 0);
template <TensorLike C, class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::chosen_of<C, A, B> where(const C& condition, const A& a, const B& b)
{
    using namespace internals::tensors;
    const AnyTensor& beside = tensor_among(a, b);
    return chosen_of<C, A, B>(run(select_entry, condition, as_operand(a, beside), as_operand(b, beside)));
}

inline void internals::tensors::Select::gradient(const StepBack& step, AnyTensor* dx)
{
    const AnyTensor none = scalar(step.dy.dtype(), 0);
    if (step.wants(1)) dx[1] = fitted(run(select_entry, step.in[0], step.dy, none), step.in[1]);
    if (step.wants(2)) dx[2] = fitted(run(select_entry, step.in[0], none, step.dy), step.in[2]);
}

}} // namespace lamina
