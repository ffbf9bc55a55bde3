// lamina/models/composites/residual.hpp: y = x + f(x), with f layers one after another.
//
// Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (CVPR 2016).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/models/composites/series.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Layers around which the input is carried and added to what they give: `Residual<Conv2D<6, Same, Relu>, Conv2D<6, Same>>`.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name, anywhere among the layers.
/// Learns   what its layers learn, by their positions or names: `1/0/kernel`.
/// Refuses  layers that give another shape than they are given, and what its layers refuse.
/// Example  Sequential<Input<8, 8, 6>, Residual<Conv2D<6, Same, Relu>, Conv2D<6, Same>>, Activation<Relu>> model;
template <class... Parts> struct Residual {
    using options = internals::check_names<Parts...>;
    static constexpr std::string_view kind = "Residual";
    static constexpr std::string_view name = protocols::chosen<protocols::family::name, Name<"">, Parts...>::value;
    using row = internals::layers_among<Parts...>;
    using layers = typename row::as_series;

    static constexpr bool asks_with_constants = layers::asks_with_constants;
    static constexpr protocols::verdict accept(Shape in) { return judge(in, layers::accept(in)); }
    template <Shape In> static constexpr protocols::verdict accept_at() { return judge(In, layers::template accept_at<In>()); }
    static constexpr protocols::verdict judge(const Shape& in, const protocols::verdict& inside)
    {
        if (layers::count == 0) return refuses(protocols::misfit::a_Residual_needs_a_layer);
        if (inside.answer == protocols::misfit::none && inside.output != in)
            return refuses(protocols::misfit::the_layers_of_a_Residual_must_keep_its_input_shape);
        return inside;
    }

    template <class Place, class Given>
        requires(layers::template from<Given>.by.reason != protocols::misfit::none)
    using refusal_inside = typename layers::template refusal<Place, Given>::type;

    template <class T, Shape In> class block : layers::template chain<T, Input<In>> {
        using chain = typename layers::template chain<T, Input<In>>;

    public:
        using value_type = T;
        template <class U> using as = block<U, In>;
        using specification = Residual;
        static constexpr std::string_view kind = Residual::kind, name = Residual::name;

        static constexpr Shape input = In, output = In;
        static constexpr protocols::output_activation ends_in = protocols::output_activation::none;
        using chain::across_batch;
        using chain::all_layers_bound;
        using chain::for_each_layer;
        using chain::layer;
        using chain::layer_count;
        using chain::multiply_adds;
        using chain::parameter_count;
        using chain::passes_mask;
        using chain::penalizes_activity;

        /// Training keeps f(x): f's last layer may need it, and it cannot be had back from the sum.
        static constexpr std::size_t saved(std::size_t n) { return internals::padded<T>(n * In.size()) + chain::saved(n); }
        static constexpr std::size_t scratch(std::size_t n) { return chain::scratch(n); }

        void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, internals::extent auto samples) const
        {
            const auto n = internals::as_extent(samples);
            const std::size_t size = n * In.size();
            T* const fx = saved ? saved : y;
            chain::forward(mode, x, fx, saved ? saved + internals::padded<T>(size) : nullptr, scratch, n);
            internals::kernels::add(x, fx, y, size);
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            const std::size_t size = n * In.size();
            chain::backward(mode, x, saved, saved + internals::padded<T>(size), dy, dx, gradient, scratch, n);
            if (dx) internals::kernels::add(dy, dx, size);
        }

        template <class X, class With> X compose(const With& with, const X& x) const { return x + chain::compose(with, x); }

        auto operator()(const auto& x) const { return call(*this, x); }
    };

    template <auto... In> using on = protocols::bound<Residual, float, Input<In...>>;
};

}} // namespace lamina
