// Functions of tensors element by element: their values against plain loops, their derivatives of first and second order against differences.
#include "catch.hpp"
#include "ops/tensor_table.hpp"

using namespace lamina;
using Catch::Matchers::Contains;
using table::judge_all, table::List, table::Plain, table::Row;

using Values = std::vector<Plain>;
using At = const std::size_t*;

#define EACH(name, low, high, expression)                                                                                        \
    table::each(                                                                                                                 \
        #name, low, high, [](const AnyTensor& v) -> AnyTensor { return name(v); },                                               \
        [](double x) -> double { return expression; })
#define BOTH(name, low, high, call, expression)                                                                                  \
    table::both(                                                                                                                 \
        name, low, high, [](const AnyTensor& a, const AnyTensor& b) -> AnyTensor { return call; },                               \
        [](double x, double y) -> double { return expression; })

namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

} // namespace

TEST_CASE("functions of one number")
{
    std::vector<Row> rows{
        EACH(exp, -2, 2, std::exp(x)),
        EACH(log, 0.2, 3, std::log(x)),
        EACH(sqrt, 0.2, 3, std::sqrt(x)),
        EACH(rsqrt, 0.2, 3, 1 / std::sqrt(x)),
        EACH(square, -2, 2, x * x),
        EACH(abs, -2, 2, std::fabs(x)),
        EACH(log1p, -0.7, 2, std::log1p(x)),
        EACH(expm1, -2, 2, std::expm1(x)),
        EACH(erf, -2, 2, std::erf(x)),
        EACH(sign, -2, 2, x > 0 ? 1 : -1),
        EACH(sin, -3, 3, std::sin(x)),
        EACH(cos, -3, 3, std::cos(x)),
        EACH(tan, -1.2, 1.2, std::tan(x)),
        EACH(sinh, -2, 2, std::sinh(x)),
        EACH(cosh, -2, 2, std::cosh(x)),
        EACH(tanh, -2, 2, std::tanh(x)),
        EACH(asin, -0.8, 0.8, std::asin(x)),
        EACH(acos, -0.8, 0.8, std::acos(x)),
        EACH(atan, -2, 2, std::atan(x)),
        EACH(asinh, -2, 2, std::asinh(x)),
        EACH(acosh, 1.3, 3, std::acosh(x)),
        EACH(atanh, -0.8, 0.8, std::atanh(x)),
        EACH(reciprocal, 0.4, 3, 1 / x),
        EACH(relu, -2, 2, x > 0 ? x : 0),
        EACH(relu6, -2, 8,
             x > 6   ? 6
             : x > 0 ? x
                     : 0),
        EACH(sigmoid, -3, 3, logistic(x)),
        EACH(softplus, -3, 3, std::log1p(std::exp(x))),
        EACH(softsign, -3, 3, x / (1 + std::fabs(x))),
        EACH(silu, -3, 3, x * logistic(x)),
        EACH(gelu, -3, 3, x * (1 + std::erf(x / std::sqrt(2.0))) / 2),
        EACH(mish, -3, 3, x * std::tanh(std::log1p(std::exp(x)))),
        EACH(selu, -3, 3, 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x))),
        EACH(elu, -3, 3, x > 0 ? x : std::expm1(x)),
        EACH(log_sigmoid, -3, 3, -std::log1p(std::exp(-x))),
        EACH(hard_sigmoid, -4, 4, std::min(1.0, std::max(0.0, x / 6 + 0.5))),
        EACH(floor, -3, 3, std::floor(x)),
        EACH(ceil, -3, 3, std::ceil(x)),
        EACH(round, -3, 3, std::nearbyint(x)),
        EACH(linear, -3, 3, x),
        EACH(leaky_relu<0.1>, -3, 3, x > 0 ? x : 0.1 * x),
        EACH(elu<0.5>, -3, 3, x > 0 ? x : 0.5 * std::expm1(x)),
        EACH(celu<0.5>, -3, 3, x > 0 ? x : 0.5 * std::expm1(x / 0.5)),
        EACH(hard_tanh, -3, 3, std::min(1.0, std::max(-1.0, x))),
        EACH(sparse_sigmoid, -3, 3, std::min(1.0, std::max(0.0, (x + 1) / 2))),
        EACH(sparse_plus, -3, 3,
             x <= -1  ? 0
             : x >= 1 ? x
                      : (x + 1) * (x + 1) / 4),
        EACH(hard_shrink<>, -3, 3, std::fabs(x) > 0.5 ? x : 0),
        EACH(soft_shrink<>, -3, 3,
             x > 0.5    ? x - 0.5
             : x < -0.5 ? x + 0.5
                        : 0),
        EACH(tanh_shrink, -3, 3, x - std::tanh(x)),
        EACH(squareplus<>, -3, 3, (x + std::sqrt(x * x + 4)) / 2),
        EACH(exponential, -2, 2, std::exp(x)),
        EACH(gelu_tanh, -3, 3, x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))) / 2),
        EACH(hard_silu, -4, 4, x * std::min(1.0, std::max(0.0, x / 6 + 0.5))),
    };
    using Call = AnyTensor (*)(const AnyTensor&);
    const auto more = [&](const char* name, double low, double high, Call call, double (*plain)(double)) {
        rows.push_back(table::each(name, low, high, call, plain));
    };
    more("-x", -2, 2, [](const AnyTensor& x) { return -x; }, [](double x) { return -x; });
    more("x + 3", -2, 2, [](const AnyTensor& x) { return x + 3; }, [](double x) { return x + 3; });
    more("3 - x", -2, 2, [](const AnyTensor& x) { return 3 - x; }, [](double x) { return 3 - x; });
    more("3 * x", -2, 2, [](const AnyTensor& x) { return 3 * x; }, [](double x) { return 3 * x; });
    more("x / 3", -2, 2, [](const AnyTensor& x) { return x / 3; }, [](double x) { return x / 3; });
    more("3 / x", 0.5, 2, [](const AnyTensor& x) { return 3 / x; }, [](double x) { return 3 / x; });
    more("pow(x, 3)", -2, 2, [](const AnyTensor& x) { return pow(x, 3); }, [](double x) { return x * x * x; });
    more("pow(x, -2)", 0.5, 2, [](const AnyTensor& x) { return pow(x, -2); }, [](double x) { return 1 / x / x; });
    more("pow(x, 2.5)", 0.5, 2, [](const AnyTensor& x) { return pow(x, 2.5); }, [](double x) { return std::pow(x, 2.5); });
    more("pow(x, 0)", 0.5, 2, [](const AnyTensor& x) { return pow(x, 0); }, [](double) { return 1.0; });
    more("pow(3, x)", -2, 2, [](const AnyTensor& x) { return pow(3, x); }, [](double x) { return std::pow(3, x); });
    more("maximum(x, 1)", -2, 2, [](const AnyTensor& x) { return maximum(x, 1); }, [](double x) { return std::max(x, 1.0); });
    more(
        "clip_by_value", -2, 2, [](const AnyTensor& x) { return clip_by_value(x, -1, 1); },
        [](double x) { return std::min(1.0, std::max(-1.0, x)); });
    more("mod(x, 1)", -2, 2, [](const AnyTensor& x) { return mod(x, 1); }, [](double x) { return x - std::floor(x); });
    more(
        "stop_gradient(x) * x", -2, 2, [](const AnyTensor& x) { return cast(cast(x, dtype::float64), dtype::float64) * x; },
        [](double x) { return x * x; });
    more(
        "threshold", -3, 3, [](const AnyTensor& x) -> AnyTensor { return threshold<1, -2>(x); },
        [](double x) { return x > 1 ? x : -2; });
    more(
        "clip", -3, 3, [](const AnyTensor& x) -> AnyTensor { return clip<-1, 2>(x); },
        [](double x) { return std::min(2.0, std::max(-1.0, x)); });
    judge_all(rows);
}

TEST_CASE("functions of two numbers, of shapes that broadcast")
{
    for (const std::vector<Row>& rows : {
             BOTH("a + b", -2, 2, a + b, x + y),
             BOTH("a - b", -2, 2, a - b, x - y),
             BOTH("a * b", -2, 2, a * b, x * y),
             BOTH("a / b", 0.5, 2, a / b, x / y),
             BOTH("maximum", -2, 2, maximum(a, b), std::max(x, y)),
             BOTH("minimum", -2, 2, minimum(a, b), std::min(x, y)),
             BOTH("pow", 0.4, 2.4, pow(a, b), std::pow(x, y)),
             BOTH("atan2", 0.3, 2.5, atan2(a, b), std::atan2(x, y)),
             BOTH("squared_difference", -2, 2, squared_difference(a, b), (x - y) * (x - y)),
             BOTH("where", -2, 2, where(less(a, b), a * a, b), x < y ? x * x : y),
             BOTH("where of comparisons", -2, 2, where(logical_and(greater(a, 0), logical_not(less_equal(b, 0))), a, b * a),
                  x > 0 && y > 0 ? x : y * x),
             BOTH("sigmoid of a * b", -2, 2, sigmoid(a * b), logistic(x * y)),
         })
        judge_all(rows);
    judge_all(table::both(
        "floordiv", 0.3, 2.5, [](const AnyTensor& a, const AnyTensor& b) { return floordiv(a, b); },
        [](double x, double y) { return std::floor(x / y); }, 0));
}

TEST_CASE("softmax and cross-entropies")
{
    const AnyTensor labels = constant({1, 0});
    const auto log_softmax_of = [](const Plain& x, std::size_t row, std::size_t at) {
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k) sum += std::exp(x({row, k}));
        return x({row, at}) - std::log(sum);
    };
    judge_all({
        {"softmax",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return softmax(x[0]); },
         [=](const Values& x) { return Plain({2, 3}, [&](At i) { return std::exp(log_softmax_of(x[0], i[0], i[1])); }); }},
        {"glu",
         {{2, 4}},
         -2,
         2,
         [](const List& x) { return glu(x[0]); },
         [](const Values& x) {
             return Plain({2, 2}, [&](At i) { return x[0]({i[0], i[1]}) * logistic(x[0]({i[0], i[1] + 2})); });
         }},
        // Of numbers that are close all are above the threshold.
        {"sparsemax",
         {{2, 3}},
         0.1,
         0.4,
         [](const List& x) { return sparsemax(x[0]); },
         [](const Values& x) {
             return Plain({2, 3}, [&](At i) {
                 const double sum = x[0]({i[0], 0}) + x[0]({i[0], 1}) + x[0]({i[0], 2});
                 return x[0]({i[0], i[1]}) - (sum - 1) / 3;
             });
         }},
        {"log_softmax",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return log_softmax(x[0]); },
         [=](const Values& x) { return Plain({2, 3}, [&](At i) { return log_softmax_of(x[0], i[0], i[1]); }); }},
        {"softmax_cross_entropy",
         {{2, 3}, {2, 3}},
         -2,
         2,
         [](const List& x) { return softmax_cross_entropy(x[0], x[1]); },
         [=](const Values& x) {
             return Plain({2}, [&](At i) {
                 double sum = 0;
                 for (std::size_t k = 0; k < 3; ++k) sum -= x[0]({i[0], k}) * log_softmax_of(x[1], i[0], k);
                 return sum;
             });
         }},
        {"sparse_softmax_cross_entropy",
         {{2, 3}},
         -2,
         2,
         [=](const List& x) { return sparse_softmax_cross_entropy(labels, x[0]); },
         [=](const Values& x) { return Plain({2}, [&](At i) { return -log_softmax_of(x[0], i[0], 1 - i[0]); }); }},
        {"sigmoid_cross_entropy",
         {{2, 3}, {2, 3}},
         -2,
         2,
         [](const List& x) { return sigmoid_cross_entropy(x[0], x[1]); },
         [](const Values& x) {
             return Plain({2, 3}, [&](At i) {
                 const double z = x[0]({i[0], i[1]}), p = logistic(x[1]({i[0], i[1]}));
                 return -z * std::log(p) - (1 - z) * std::log(1 - p);
             });
         }},
    });
}

TEST_CASE("the table catches planted mistakes")
{
    const auto plain = [](const Values& x) { return Plain({3}, [&](At i) { return std::pow(x[0]({i[0]}), 3); }); };
    const auto row = [&](auto call) { return Row{"planted", {{3}}, -2, 2, [call](const List& x) { return call(x[0]); }, plain}; };
    const auto cube = [](const AnyTensor& x) { return x * x * x; };
    CHECK(table::judge(row(cube)) == "");
    CHECK_THAT(table::judge(row([](const AnyTensor& x) { return x * x * x + 1e-9; })), Contains("needed is"));
    CHECK_THAT(table::judge(row([](const AnyTensor& x) { return reshape(x * x * x, {3, 1}); })), Contains("gave shape [3, 1]"));
    CHECK_THAT(table::judge(
                   row(custom_gradient(cube, [](const AnyTensor& dy, const AnyTensor& x) { return 2.99999 * dy * square(x); }))),
               Contains("order 1"));
    CHECK_THAT(table::judge(row(custom_gradient(
                   cube, [](const AnyTensor& dy, const AnyTensor& x) { return dy * stop_gradient(3 * square(x)); }))),
               Contains("order 2"));
    CHECK_THAT(table::judge(row(custom_gradient(
                   cube, [](const AnyTensor& dy, const AnyTensor& x) { return stop_gradient(dy) * 3 * square(x); }))),
               Contains("order 2"));

    const auto repeated = custom_gradient([](const AnyTensor& a, const AnyTensor& b) { return a * b; },
                                          [](const AnyTensor& dy, const AnyTensor& a, const AnyTensor& b) {
                                              return std::vector<AnyTensor>{dy * b, reduce_sum(dy * a, {1})};
                                          });
    const Row broadcast{"planted",
                        {{3, 3}, {3}},
                        -2,
                        2,
                        [&](const List& x) { return repeated(x[0], x[1]); },
                        [](const Values& x) { return Plain({3, 3}, [&](At i) { return x[0]({i[0], i[1]}) * x[1]({i[1]}); }); }};
    CHECK_THAT(table::judge(broadcast), Contains("argument 1"));
}
