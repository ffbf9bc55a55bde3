// lamina/ops/elementwise.hpp: an op out of formulas for one element: of one value, of two, of a value and a number.
//
// Formulas of one value are those of an activation: `forward(x)`, `backward(at, dy)`, and `derivative`, which says whether `at` is the
// output or the input. Formulas of two values:
//
//     struct Multiply {
//         static constexpr std::string_view name = "multiply";
//         template <class V> static V forward(const V& a, const V& b) { return a * b; }
//         template <class V> static V to_first(const V&, const V& b, const V& dy) { return dy * b; }
//         template <class V> static V to_second(const V& a, const V&, const V& dy) { return dy * a; }
//     };
//
// V is a register, and a plain number in builds without optimization.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/fold.hpp>
#include <lamina/ops/broadcast.hpp>
#include <lamina/ops/op.hpp>
#include <lamina/ops/variables.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// A function that takes plain numbers as well as registers, which plain loops use.
template <class F> struct of_numbers : F {
    static constexpr bool takes_numbers = true;
};
template <class F> of_numbers(F) -> of_numbers<F>;

template <class F>
inline constexpr bool works_on_rows = requires(float* y) { F::forward_rows(y, y, std::size_t{}, std::size_t{}); };
template <class F> inline constexpr bool takes_two = requires { &F::template to_first<float>; };

/// y = F(x), element by element, or for softmax row by row.
template <class F> struct elementwise {
    using formula = F;
    static constexpr std::string_view name = F::name;
    static constexpr bool joins_masks = true;

    template <class To>
    [[gnu::cold]] static void list_options(To& to)
        requires requires { F::list_options(to); }
    {
        F::list_options(to);
    }

    static constexpr verdict accept(const std::array<Shape, 1>& in)
    {
        if (works_on_rows<F> && in[0].rank == 0) return refuses(misfit::needs_at_least_rank_1);
        return activated<F>(in[0]);
    }

    template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n)
    {
        if constexpr (works_on_rows<F>) F::forward_rows(in[0], y, rows_of(call, n), call.in[0].back());
        else kernels::transform(in[0], y, call.size(n), Finish<F>{});
    }

    template <class T>
    static void backward(const OpCall<1>& call, const T* const* in, const T* y, const T* dy, T* const* din, T*, std::size_t n)
    {
        const T* const at = F::derivative == reads::input ? in[0] : y;
        if (!din[0]) return;
        if constexpr (works_on_rows<F>) F::backward_rows(at, dy, din[0], rows_of(call, n), call.in[0].back());
        else kernels::transform(at, dy, din[0], call.size(n), Slope<F>{});
    }

private:
    static std::size_t rows_of(const OpCall<1>& call, std::size_t n)
    {
        return call.numbers == 0 ? 0 : call.size(n) / call.out.back();
    }
};

/// y = F(a, b), element by element, of shapes that broadcast.
template <class F>
    requires takes_two<F>
struct elementwise<F> {
    using formula = F;
    static constexpr std::string_view name = F::name;
    static constexpr bool joins_masks = true;

    static constexpr verdict accept(const std::array<Shape, 2>& in) { return broadcast(in); }

    template <class T> static void forward(const OpCall<2>& call, const T* const* in, T* y, std::size_t n)
    {
        const T *const a = in[0], *const b = in[1];
        const of_numbers both{[](const auto& x0, const auto& x1) { return F::forward(x0, x1); }};
        if (call.alike) return kernels::transform(a, b, y, call.size(n), both);
        const Rows rows(call.in[0], call.in[1], call.out, n);
        rows.for_each([&](std::size_t i, std::size_t j, std::size_t k) {
            if (!rows.first_goes_on())
                kernels::transform(b + j, y + k, rows.width(),
                                   of_numbers{[&]<class V>(const V& x1) { return F::forward(V(a[i]), x1); }});
            else if (!rows.second_goes_on())
                kernels::transform(a + i, y + k, rows.width(),
                                   of_numbers{[&]<class V>(const V& x0) { return F::forward(x0, V(b[j])); }});
            else kernels::transform(a + i, b + j, y + k, rows.width(), both);
        });
    }

    template <class T>
    static void backward(const OpCall<2>& call, const T* const* in, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        const auto to_first = []<class V>(const V& a, const V& b, const V& d) { return F::to_first(a, b, d); };
        const auto to_second = []<class V>(const V& b, const V& a, const V& d) { return F::to_second(a, b, d); };
        if (din[0]) back_to(call.in[0], call.in[1], call.out, in[0], in[1], dy, din[0], n, of_numbers{to_first});
        if (din[1]) back_to(call.in[1], call.in[0], call.out, in[1], in[0], dy, din[1], n, of_numbers{to_second});
    }

    /// Either input may be shared by all samples: a variable, which has no more axes than the other.
    template <std::size_t> static constexpr bool takes_shared = true;
    static constexpr std::size_t least_rank_beside(const Shape& shared) { return shared.rank; }
    static constexpr verdict accept_beside(const std::array<Shape, 2>& in, std::size_t shared)
    {
        if (in[shared].rank > in[1 - shared].rank) return refuses(misfit::a_variable_has_more_axes_than_the_value_beside_it);
        return broadcast(in);
    }

    template <std::size_t Shared, class T>
    static void forward_beside(const OpCall<2>& call, const T* x, const SharedNumbers<const T>& v, T* y, std::size_t n)
    {
        const auto f = []<class V>(const V& own, const V& of_all) {
            if constexpr (Shared == 1) return F::forward(own, of_all);
            else return F::forward(of_all, own);
        };
        const Rows rows({call.in[1 - Shared]}, {call.in[Shared], v.strides}, call.out, n);
        rows.for_each([&](std::size_t i, std::size_t j, std::size_t k) {
            if (!rows.first_goes_on())
                kernels::transform(v.numbers + j, y + k, rows.width(),
                                   of_numbers{[&]<class V>(const V& of_all) { return f(V(x[i]), of_all); }});
            else if (!rows.second_goes_on())
                kernels::transform(x + i, y + k, rows.width(),
                                   of_numbers{[&]<class V>(const V& own) { return f(own, V(v.numbers[j])); }});
            else kernels::transform(x + i, v.numbers + j, y + k, rows.width(), of_numbers{f});
        });
    }

    /// Writes dx, and adds to dv; neither where it is null.
    template <std::size_t Shared, class T>
    static void backward_beside(const OpCall<2>& call, const T* x, const SharedNumbers<const T>& v, const T* dy, T* dx, T* dv,
                                std::size_t n)
    {
        const auto to_first = []<class V>(const V& a, const V& b, const V& d) { return F::to_first(a, b, d); };
        const auto to_second = []<class V>(const V& b, const V& a, const V& d) { return F::to_second(a, b, d); };
        const Lying own(call.in[1 - Shared]), of_all(call.in[Shared], v.strides);
        const auto go = [&](const auto& to_own, const auto& to_all) {
            if (dx) {
                std::fill_n(dx, n * own.extents.size(), T(0));
                add_back(Rows(own, of_all, call.out, n), x, v.numbers, dy, dx, to_own);
            }
            if (dv) add_back(Rows(of_all, own, call.out, n), v.numbers, x, dy, dv, to_all);
        };
        if constexpr (Shared == 1) go(of_numbers{to_first}, of_numbers{to_second});
        else go(of_numbers{to_second}, of_numbers{to_first});
    }

private:
    /// The gradient by x, summed over what was repeated of it; z is the other input.
    template <class T, class S>
    static void back_to(const Shape& own, const Shape& other, const Shape& out, const T* x, const T* z, const T* dy, T* dx,
                        std::size_t n, const S& slope)
    {
        if (own == other) return kernels::transform(x, z, dy, dx, n * out.size(), slope);
        std::fill_n(dx, n * own.size(), T(0));
        add_back(Rows({own}, {other}, out, n), x, z, dy, dx, slope);
    }
    template <class T, class S> static void add_back(const Rows& rows, const T* x, const T* z, const T* dy, T* dx, const S& slope)
    {
        rows.for_each([&](std::size_t i, std::size_t j, std::size_t k) {
            if (!rows.first_goes_on())
                dx[i] += kernels::sum_of(
                    rows.width(), [&]<class V>(const V& other_x, const V& d) { return slope(V(x[i]), other_x, d); }, z + j,
                    dy + k);
            else if (!rows.second_goes_on())
                kernels::transform(
                    x + i, dy + k, dx + i, dx + i, rows.width(),
                    of_numbers{[&]<class V>(const V& a, const V& d, const V& sum) { return sum + slope(a, V(z[j]), d); }});
            else
                kernels::transform(x + i, z + j, dy + k, dx + i, dx + i, rows.width(),
                                   of_numbers{[&](const auto& a, const auto& b, const auto& d, const auto& sum) {
                                       return sum + slope(a, b, d);
                                   }});
        });
    }
};

/// y = F(x, number), or F(number, x) where `NumberFirst`.
template <class F, bool NumberFirst> struct with_number {
    static constexpr std::string_view name = F::name;
    static constexpr bool has_number = true;
    static constexpr bool joins_masks = true;

    template <class To>
    [[gnu::cold]] static void list_options(To& to)
        requires NumberFirst
    {
        to("number_first", true);
    }

    static constexpr verdict accept(const std::array<Shape, 1>& in) { return accepts(in[0]); }

    template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n)
    {
        const T number = static_cast<T>(call.number);
        kernels::transform(in[0], y, call.size(n), of_numbers{[number]<class V>(const V& x) {
                               if constexpr (NumberFirst) return F::forward(V(number), x);
                               else return F::forward(x, V(number));
                           }});
    }

    template <class T>
    static void backward(const OpCall<1>& call, const T* const* in, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        const T number = static_cast<T>(call.number);
        if (din[0])
            kernels::transform(in[0], dy, din[0], call.size(n), of_numbers{[number]<class V>(const V& x, const V& d) {
                                   if constexpr (NumberFirst) return F::to_second(V(number), x, d);
                                   else return F::to_first(x, V(number), d);
                               }});
    }
};

}}} // namespace lamina::internals::ops
