// A layer whose backward takes other parameters.
// expect: error: ; block_is_well_formed ; layer<1> ; with_a_backward_of_other_parameters
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Copying {
    static constexpr verdict accept(Shape in) { return accepts(in); }

    template <class T, Shape In> struct block {
        using value_type = T;
        static constexpr Shape input = In, output = In;

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i];
        }
#ifdef GOOD
        void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
#else
        void backward(Mode, const T*, const T*, const T* dy, T* dx, std::size_t n) const
#endif
        {
            for (std::size_t i = 0; dx && i < n * In.size(); ++i) dx[i] = dy[i];
        }
        auto operator()(const auto& x) const { return call(*this, x); }
    };
    template <auto... In> using on = bound<Copying, float, Input<In...>>;
};

using Net = Sequential<Input<4>, Dense<3>, Copying>;

int main()
{
    auto model = build<Net>(Seed{1});
    auto y = predict(model, xt::xtensor<float, 2>::from_shape({2, 4}));
    return static_cast<int>(y(0, 0));
}
