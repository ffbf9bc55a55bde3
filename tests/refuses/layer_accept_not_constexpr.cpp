// A layer whose accept is not constexpr.
// expect: error: ; shapes_fit ; its_accept_is_not_constexpr
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Echo {
#ifdef GOOD
    static constexpr verdict accept(Shape in) { return accepts(in); }
#else
    static verdict accept(Shape in) { return accepts(in); }
#endif

    template <class T, Shape In> struct block {
        using value_type = T;
        static constexpr Shape input = In, output = In;

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i];
        }
        void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            for (std::size_t i = 0; dx && i < n * In.size(); ++i) dx[i] = dy[i];
        }
        auto operator()(const auto& x) const { return call(*this, x); }
    };
    template <auto... In> using on = bound<Echo, float, Input<In...>>;
};

using Net = Sequential<Input<4>, Dense<3>, Echo>;

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
