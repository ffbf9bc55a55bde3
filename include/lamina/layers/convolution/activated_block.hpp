// lamina/layers/convolution/activated_block.hpp: what blocks have in common that compute sums and end in an activation.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The passes of a block of the layer `L`, which says its `activation` and `bias_option`. The block says how its sums are computed:
/// `linear(x, z, scratch, n, finish)`, their gradients, `backward_linear(mode, x, dz, dx, gradient, scratch, n)`, and the numbers that these
/// work in, `linear_scratch(n)`; and the sums without the bias in functions on tensors, `compose_linear(with, x)`.
template <class L, class T, Shape In> struct ActivatedBlock : block_base<L, T, In> {
    using Own = typename L::template block<T, In>;
    using activation = typename L::activation;
    using block_base<L, T, In>::output;
    static constexpr output_activation ends_in = output_activation_of<activation>;

    using last = Epilogue<activation, T, output.size() / output.back(), output.back()>;
    using bias_variable =
        std::conditional_t<std::is_same_v<typename L::bias_option, NoBias>, Absent<T>, Variable<T, Shape{output.back()}>>;

    static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
    static constexpr std::size_t scratch(std::size_t n) { return last::scratch(n) + Own::linear_scratch(n); }

    void forward(Mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
    {
        const auto n = as_extent(samples);
        last::forward(y, saved, n, [&](T* z, auto finish) { own().linear(x, z, scratch, n, finish); });
    }

    void forward_with_logits(Mode, const T* x, T* y, T* logits, T*, T* scratch, std::size_t n) const
        requires(seen_through<activation>)
    {
        last::forward_with_logits(y, logits, n, [&](T* z, auto finish) { own().linear(x, z, scratch, n, finish); });
    }

    void backward(Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, Own& gradient, T* scratch,
                  std::size_t n) const
    {
        own().backward_linear(mode, x, last::backward(y, saved, dy, scratch, n), dx, gradient, scratch + last::scratch(n), n);
    }

    void backward_from_logits(Mode mode, const T* x, const T*, const T*, const T* dz, T* dx, Own& gradient, T* scratch,
                              std::size_t n) const
        requires(seen_through<activation>)
    {
        own().backward_linear(mode, x, dz, dx, gradient, scratch, n);
    }

    template <class X, class With> X compose(const With& with, const X& x) const
    {
        const X z = own().compose_linear(with, x);
        return with.template activated<activation>(with.plus(z, with(own().bias)));
    }

private:
    const Own& own() const { return static_cast<const Own&>(*this); }
};

}}} // namespace lamina::internals
