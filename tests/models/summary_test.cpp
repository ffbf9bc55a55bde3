// A summary's options: a column of what differs from Keras's defaults, which the table has only where it is asked for.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

#include <string>

using namespace lamina;

namespace {

/// A layer of one's own, which lists nothing.
struct Twice {
    static constexpr std::string_view kind = "Twice";
    static constexpr protocols::verdict accept(Shape in) { return protocols::accepts(in); }

    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = Twice;
        static constexpr Shape input = In, output = In;
        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = 2 * x[i];
        }
        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            for (std::size_t i = 0; dx && i < n * In.size(); ++i) dx[i] = 2 * dy[i];
        }
        auto operator()(const auto& x) const { return call(*this, x); }
    };
};

using Net =
    Sequential<Input<6, 5, 1>, Conv2D<2, Kernel<3>, Same, Tanh>, Flatten, Twice, Residual<Dense<60, NoBias>>, Dense<3, Softmax>>;

struct Parts {
    Net body;
    Dense<2>::on<3> head;
    auto operator()(const auto& x) const { return head(body(x)); }
};

} // namespace

TEST_CASE("A summary shows the layers' options where they are asked for", "[models][summary]")
{
    const auto model = build<Net>();
    const auto text = summary(model, {.options = true});
    INFO(text);
    CHECK_THAT(text, Catch::Contains("│ Layer (type)"
                                     "        │ Output shape │ Param # │ Multiply-adds │ Options "));
    CHECK_THAT(text, Catch::Contains("│ filters=2, kernel_size=(3, 3), padding=same, activation=tanh │\n"));
    CHECK_THAT(text, Catch::Contains("│ units=60, use_bias=false "));
    CHECK_THAT(text, Catch::Contains("│ units=3, activation=softmax "));
    CHECK_THAT(text, Catch::Contains("Total params: 3,803 ("));
}

TEST_CASE("Without that a summary has four columns", "[models][summary]")
{
    const auto model = build<Net>();
    CHECK(summary(model).find("Options") == std::string::npos);
    CHECK(summary(model, {}) == summary(model));
    CHECK(summary(model).find("units") == std::string::npos);
}

TEST_CASE("A summary of a struct shows the options of its parts", "[models][summary]")
{
    const auto text = summary(build<Parts>(), {.options = true});
    INFO(text);
    CHECK_THAT(text, Catch::Contains("│ head (Dense)") && Catch::Contains("│ units=2 "));
}
