// Reductions and products of tensors: values against plain loops, derivatives of first and second order against differences.
#include "catch.hpp"
#include "ops/tensor_table.hpp"

#include <array>
#include <limits>

using namespace lamina;
using Catch::Matchers::Contains;
using table::judge_all, table::List, table::Plain, table::Row;

using Values = std::vector<Plain>;
using At = const std::size_t*;

TEST_CASE("reductions")
{
    // Of [2, 3, 4] over the axes 0 and 2, by f(sum so far, next number).
    const auto over = [](double start, double (*f)(double, double)) {
        return [=](const Values& x) {
            return Plain({3}, [&](At i) {
                double y = start;
                for (std::size_t k = 0; k < 8; ++k) y = f(y, x[0]({k / 4, i[0], k % 4}));
                return y;
            });
        };
    };
    const auto plus = [](double sum, double x) { return sum + x; };
    const auto then = [](auto first, double (*last)(double)) {
        return [=](const Values& x) {
            Plain y = first(x);
            for (double& one : y.numbers) one = last(one);
            return y;
        };
    };
    const auto variance = [](const Values& x) {
        return Plain({3}, [&](At i) {
            double mean = 0, y = 0;
            for (std::size_t k = 0; k < 8; ++k) mean += x[0]({k / 4, i[0], k % 4}) / 8;
            for (std::size_t k = 0; k < 8; ++k) y += std::pow(x[0]({k / 4, i[0], k % 4}) - mean, 2) / 8;
            return y;
        });
    };
    const Shape s{2, 3, 4};
    const double infinity = std::numeric_limits<double>::infinity();
    judge_all({
        {"reduce_sum", {s}, -2, 2, [](const List& x) { return reduce_sum(x[0], {0, -1}); }, over(0, plus)},
        {"reduce_mean",
         {s},
         -2,
         2,
         [](const List& x) { return reduce_mean(x[0], {0, 2}); },
         then(over(0, plus), [](double y) { return y / 8; })},
        {"reduce_max",
         {s},
         -2,
         2,
         [](const List& x) { return reduce_max(x[0], {0, 2}); },
         over(-infinity, [](double y, double x) { return std::max(y, x); })},
        {"reduce_min",
         {s},
         -2,
         2,
         [](const List& x) { return reduce_min(x[0], {0, 2}); },
         over(infinity, [](double y, double x) { return std::min(y, x); })},
        {"reduce_prod",
         {s},
         0.5,
         2,
         [](const List& x) { return reduce_prod(x[0], {2, 0}); },
         over(1, [](double y, double x) { return y * x; }),
         2,
         1e-7,
         "reduce_prod: axis 0 of a tensor of shape [-1, 3, 4] is known only when the graph runs"},
        {"reduce_logsumexp",
         {s},
         -2,
         2,
         [](const List& x) { return reduce_logsumexp(x[0], {0, 2}); },
         then(over(0, [](double y, double x) { return y + std::exp(x); }), [](double y) { return std::log(y); })},
        {"reduce_variance", {s}, -2, 2, [](const List& x) { return reduce_variance(x[0], {0, 2}); }, variance},
        {"reduce_std",
         {s},
         -2,
         2,
         [](const List& x) { return reduce_std(x[0], {0, 2}); },
         then(variance, [](double y) { return std::sqrt(y); })},
        {"norm",
         {s},
         -2,
         2,
         [](const List& x) { return norm(x[0], {0, 2}); },
         then(over(0, [](double y, double x) { return y + x * x; }), [](double y) { return std::sqrt(y); })},
        {"reduce_max of all",
         {{2, 2}},
         -2,
         2,
         [](const List& x) { return reduce_max(x[0]); },
         [](const Values& x) {
             return Plain({}, [&](At) { return *std::max_element(x[0].numbers.begin(), x[0].numbers.end()); });
         }},
        {"reduce_prod, axes stay",
         {{3, 2}},
         0.5,
         2,
         [](const List& x) { return reduce_prod(x[0], {0}, true); },
         [](const Values& x) { return Plain({1, 2}, [&](At i) { return x[0]({0, i[1]}) * x[0]({1, i[1]}) * x[0]({2, i[1]}); }); },
         2,
         1e-7,
         "known only when the graph runs"},
        {"l2_normalize",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return l2_normalize(x[0], {-1}); },
         [](const Values& x) {
             return Plain({2, 3}, [&](At i) {
                 return x[0]({i[0], i[1]}) /
                        std::sqrt(std::pow(x[0]({i[0], 0}), 2) + std::pow(x[0]({i[0], 1}), 2) + std::pow(x[0]({i[0], 2}), 2));
             });
         }},
        {"clip_by_norm",
         {{4}},
         1,
         2,
         [](const List& x) { return clip_by_norm(x[0], 1); },
         [](const Values& x) {
             double sum = 0;
             for (const double one : x[0].numbers) sum += one * one;
             return Plain({4}, [&](At i) { return x[0]({i[0]}) / std::sqrt(sum); });
         }},
        {"global_norm",
         {{2}, {3}},
         -2,
         2,
         [](const List& x) { return global_norm({x[0], x[1]}); },
         [](const Values& x) {
             double sum = 0;
             for (const Plain& one : x)
                 for (const double number : one.numbers) sum += number * number;
             return Plain({}, [&](At) { return std::sqrt(sum); });
         }},
    });
}

namespace {

/// y = a b over the last two axes, whose batch axes broadcast.
Plain product(const Plain& a, const Plain& b, const Shape& out, bool ta, bool tb)
{
    const std::size_t terms = a.shape[a.shape.rank - (ta ? 2 : 1)];
    return Plain(out, [&](At i) {
        double sum = 0;
        for (std::size_t k = 0; k < terms; ++k) {
            std::size_t left[Shape::max_rank], right[Shape::max_rank];
            std::copy_n(i, out.rank, left);
            std::copy_n(i, out.rank, right);
            left[out.rank - (ta ? 1 : 2)] = i[out.rank - 2], left[out.rank - (ta ? 2 : 1)] = k;
            right[out.rank - (tb ? 2 : 1)] = i[out.rank - 1], right[out.rank - (tb ? 1 : 2)] = k;
            sum += a(left, out.rank) * b(right, out.rank);
        }
        return sum;
    });
}

} // namespace

TEST_CASE("products of matrices")
{
    for (const bool ta : {false, true})
        for (const bool tb : {false, true})
            for (const auto& [a, b, y] : std::vector<std::array<Shape, 3>>{
                     {Shape{2, 3}, Shape{3, 4}, Shape{2, 4}},
                     {Shape{5, 17}, Shape{17, 33}, Shape{5, 33}},
                     {Shape{3, 16}, Shape{16, 8}, Shape{3, 8}},
                     {Shape{4, 5}, Shape{5, 1}, Shape{4, 1}},
                     {Shape{1, 5}, Shape{5, 3}, Shape{1, 3}},
                     {Shape{3, 1}, Shape{1, 3}, Shape{3, 3}},
                     {Shape{2, 3, 2, 3}, Shape{3, 3, 4}, Shape{2, 3, 2, 4}},
                     {Shape{2, 1, 2, 3}, Shape{3, 3, 2}, Shape{2, 3, 2, 2}},
                     {Shape{2, 2, 3}, Shape{3, 4}, Shape{2, 2, 4}},
                     {Shape{2, 3}, Shape{2, 3, 4}, Shape{2, 2, 4}},
                     {Shape{3, 0}, Shape{0, 2}, Shape{3, 2}},
                 }) {
                Shape x = a, z = b;
                if (ta) std::swap(x.extents[x.rank - 1], x.extents[x.rank - 2]);
                if (tb) std::swap(z.extents[z.rank - 1], z.extents[z.rank - 2]);
                const Shape out = y;
                const Row row{"matmul",
                              {x, z},
                              -1,
                              1,
                              [=](const List& in) { return matmul(in[0], in[1], {.transpose_a = ta, .transpose_b = tb}); },
                              [=](const Values& in) { return product(in[0], in[1], out, ta, tb); }};
                const std::string wrong = table::judge(row, a.size() > 50 ? 1 : 2);
                INFO(wrong);
                CHECK(wrong.empty());
            }
    judge_all({
        {"a row by a matrix",
         {{3}, {3, 2}},
         -2,
         2,
         [](const List& x) { return matmul(x[0], x[1]); },
         [](const Values& x) {
             return Plain({2}, [&](At i) {
                 return x[0]({0}) * x[1]({0, i[0]}) + x[0]({1}) * x[1]({1, i[0]}) + x[0]({2}) * x[1]({2, i[0]});
             });
         }},
        {"a matrix by a column",
         {{2, 2}, {2}},
         -2,
         2,
         [](const List& x) { return matmul(x[0], x[1]); },
         [](const Values& x) {
             return Plain({2}, [&](At i) { return x[0]({i[0], 0}) * x[1]({0}) + x[0]({i[0], 1}) * x[1]({1}); });
         }},
        {"two rows",
         {{2}, {2}},
         -2,
         2,
         [](const List& x) { return matmul(x[0], x[1]); },
         [](const Values& x) { return Plain({}, [&](At) { return x[0]({0}) * x[1]({0}) + x[0]({1}) * x[1]({1}); }); }},
        {"tensordot",
         {{2, 3, 2}, {3, 2, 2}},
         -2,
         2,
         [](const List& x) { return tensordot(x[0], x[1], 2); },
         [](const Values& x) {
             return Plain({2, 2}, [&](At i) {
                 double sum = 0;
                 for (std::size_t k = 0; k < 6; ++k) sum += x[0]({i[0], k / 2, k % 2}) * x[1]({k / 2, k % 2, i[1]});
                 return sum;
             });
         }},
        {"dot",
         {{2, 3, 2}, {2, 2}},
         -2,
         2,
         [](const List& x) { return dot(x[0], x[1]); },
         [](const Values& x) {
             return Plain(
                 {2, 3}, [&](At i) { return x[0]({i[0], i[1], 0}) * x[1]({i[0], 0}) + x[0]({i[0], i[1], 1}) * x[1]({i[0], 1}); });
         }},
    });
}

TEST_CASE("functions of models that count axes take the first one of a tensor as the batch")
{
    judge_all({
        {"sum<-1>",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return sum<-1>(x[0]); },
         [](const Values& x) { return Plain({2}, [&](At i) { return x[0]({i[0], 0}) + x[0]({i[0], 1}) + x[0]({i[0], 2}); }); }},
        {"mean<0>, the axis stays",
         {{2, 2, 2}},
         -2,
         2,
         [](const List& x) { return mean<0>(x[0], KeepDims{}); },
         [](const Values& x) {
             return Plain({2, 1, 2}, [&](At i) { return (x[0]({i[0], 0, i[2]}) + x[0]({i[0], 1, i[2]})) / 2; });
         }},
        {"max<1>",
         {{2, 2, 2}},
         -2,
         2,
         [](const List& x) { return max<1>(x[0]); },
         [](const Values& x) {
             return Plain({2, 2}, [&](At i) { return std::max(x[0]({i[0], i[1], 0}), x[0]({i[0], i[1], 1})); });
         }},
        {"min<1>",
         {{2, 2, 2}},
         -2,
         2,
         [](const List& x) { return min<1>(x[0]); },
         [](const Values& x) {
             return Plain({2, 2}, [&](At i) { return std::min(x[0]({i[0], i[1], 0}), x[0]({i[0], i[1], 1})); });
         }},
        {"reshape<2, -1>",
         {{2, 6}},
         -2,
         2,
         [](const List& x) { return reshape<2, -1>(x[0]); },
         [](const Values& x) { return Plain({2, 2, 3}, [&](At i) { return x[0]({i[0], i[1] * 3 + i[2]}); }); }},
        {"concatenate",
         {{2, 1}, {2, 2}},
         -2,
         2,
         [](const List& x) { return concatenate(x[0], x[1]); },
         [](const Values& x) {
             return Plain({2, 3}, [&](At i) { return i[1] < 1 ? x[0]({i[0], 0}) : x[1]({i[0], i[1] - 1}); });
         }},
    });
    CHECK_THROWS_WITH(sum<2>(ones({2, 3})), Contains("axes do not count the batch"));
    CHECK_THROWS_WITH((reshape<4>(ones({2, 3}))), Contains("is not counted"));
    CHECK_THROWS_WITH(concatenate(ones({2}), ones({2})), Contains("is not counted"));
    CHECK_THROWS_WITH(dot(ones({2, 3}), ones({3, 3})), Contains("is not counted"));
    CHECK_THROWS_WITH(sum<-1>(constant(1.f)), Contains("has no batch"));
}
