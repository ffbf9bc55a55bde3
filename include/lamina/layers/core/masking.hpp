// lamina/layers/core/masking.hpp: masks the steps of a sequence that hold nothing but one value.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A step of which every feature is `Value` is masked, and zeros from here on; all others stay.
///
/// Shapes   [steps, features] -> the same.
/// Options  Name.
/// Masks    it makes one, and takes no notice of one that comes.
/// Refuses  any rank but 2.
/// Example  Sequential<Input<20, 3>, Masking<-1>, LSTM<8>, Dense<1>> model;
template <internals::fraction Value = 0, class... Options>
struct Masking : protocols::layer_base<Masking<Value, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Masking";

    template <class To> static void list_options(To& to) { to("mask_value", Value.value(), 0); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 2) return refuses(protocols::misfit::needs_rank_2__steps_features);
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Masking, T, In> {
        static constexpr std::size_t mask_steps = In[0], features = In[1];

        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t step = 0; step < n * mask_steps; ++step) {
                const bool there = holds(x + step * features);
                if (there) std::copy_n(x + step * features, features, y + step * features);
                else std::fill_n(y + step * features, features, T(0));
                if (mode.mask_out) mode.mask_out[step] = there;
            }
        }

        void backward(protocols::Mode, const T* x, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            for (std::size_t step = 0; step < n * mask_steps && dx; ++step)
                if (holds(x + step * features)) std::copy_n(dy + step * features, features, dx + step * features);
                else std::fill_n(dx + step * features, features, T(0));
        }

        template <class X, class With> X compose(const With&, const X& x) const { return where(there(x), x, zeros_like(x)); }
        template <class X, class With> X composed_mask(const With&, const X& x) const
        {
            return reshape(there(x), {-1, static_cast<int>(mask_steps)});
        }

    private:
        /// The steps that hold something else, bool [n, steps, 1].
        template <class X> static X there(const X& x)
        {
            return greater(reduce_sum(where(not_equal(x, Value.value()), ones_like(x), zeros_like(x)), {-1}, true), 0);
        }

        static bool holds(const T* step)
        {
            return std::any_of(step, step + features, [](T v) { return v != T(Value.value()); });
        }
    };
};

}} // namespace lamina
