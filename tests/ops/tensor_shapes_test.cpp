// Shapes, parts and repetitions of tensors: values against plain loops, derivatives of first and second order against differences.
#include "catch.hpp"
#include "ops/tensor_table.hpp"

using namespace lamina;
using table::judge_all, table::List, table::Plain, table::Row;

using Values = std::vector<Plain>;
using At = const std::size_t*;

TEST_CASE("axes in another order, other shapes, parts")
{
    const Shape s{2, 3, 4};
    judge_all({
        {"transpose",
         {s},
         -2,
         2,
         [](const List& x) { return transpose(x[0], {2, 0, 1}); },
         [](const Values& x) { return Plain({4, 2, 3}, [&](At i) { return x[0]({i[1], i[2], i[0]}); }); }},
        {"transpose of all",
         {s},
         -2,
         2,
         [](const List& x) { return transpose(x[0]); },
         [](const Values& x) { return Plain({4, 3, 2}, [&](At i) { return x[0]({i[2], i[1], i[0]}); }); }},
        {"reverse",
         {s},
         -2,
         2,
         [](const List& x) { return reverse(x[0], {0, -1}); },
         [](const Values& x) { return Plain({2, 3, 4}, [&](At i) { return x[0]({1 - i[0], i[1], 3 - i[2]}); }); }},
        {"reshape",
         {s},
         -2,
         2,
         [](const List& x) { return reshape(x[0], {4, -1}); },
         [](const Values& x) { return Plain({4, 6}, [&](At i) { return x[0].numbers[i[0] * 6 + i[1]]; }); }},
        {"reshape_like",
         {{2, 3}, {3, 2}},
         -2,
         2,
         [](const List& x) { return reshape_like(x[0], x[1]) * x[1]; },
         [](const Values& x) { return Plain({3, 2}, [&](At i) { return x[0].numbers[i[0] * 2 + i[1]] * x[1]({i[0], i[1]}); }); }},
        {"expand_dims",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return expand_dims(x[0], -2); },
         [](const Values& x) { return Plain({2, 1, 3}, [&](At i) { return x[0]({i[0], i[2]}); }); }},
        {"squeeze",
         {{1, 2, 1, 3}},
         -2,
         2,
         [](const List& x) { return squeeze(x[0], {-2}); },
         [](const Values& x) { return Plain({1, 2, 3}, [&](At i) { return x[0]({0, i[1], 0, i[2]}); }); }},
        {"slice",
         {s},
         -2,
         2,
         [](const List& x) { return slice(x[0], {1, 0, 1}, {1, 2, 2}); },
         [](const Values& x) { return Plain({1, 2, 2}, [&](At i) { return x[0]({1 + i[0], i[1], 1 + i[2]}); }); }},
        {"slice of rows",
         {{20, 3}},
         -2,
         2,
         [](const List& x) { return slice(x[0], {4}, {-1}); },
         [](const Values& x) { return Plain({16, 3}, [&](At i) { return x[0]({4 + i[0], i[1]}); }); }},
        {"row",
         {s},
         -2,
         2,
         [](const List& x) { return row(x[0], -1, 1); },
         [](const Values& x) { return Plain({2, 4}, [&](At i) { return x[0]({i[0], 2, i[1]}); }); }},
        {"split",
         {s},
         -2,
         2,
         [](const List& x) { return split(x[0], 2, -1)[1] * split(x[0], 2, -1)[0]; },
         [](const Values& x) {
             return Plain({2, 3, 2}, [&](At i) { return x[0]({i[0], i[1], i[2] + 2}) * x[0]({i[0], i[1], i[2]}); });
         }},
        {"split by extents",
         {{5, 2}},
         -2,
         2,
         [](const List& x) { return split(x[0], {1, 3, 1})[1]; },
         [](const Values& x) { return Plain({3, 2}, [&](At i) { return x[0]({i[0] + 1, i[1]}); }); },
         2,
         1e-7,
         "split: axis 0 of a tensor of shape [-1, 2] is known only when the graph runs"},
        {"unstack",
         {s},
         -2,
         2,
         [](const List& x) { return unstack(x[0], 1)[2]; },
         [](const Values& x) { return Plain({2, 4}, [&](At i) { return x[0]({i[0], 2, i[1]}); }); }},
        {"pad",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return pad(x[0], {{1, 0}, {2, 1}}, 0.25); },
         [](const Values& x) {
             return Plain({3, 6}, [&](At i) { return i[0] < 1 || i[1] < 2 || i[1] > 4 ? 0.25 : x[0]({i[0] - 1, i[1] - 2}); });
         }},
        {"concat",
         {{2, 1, 2}, {2, 3, 2}, {2, 2, 2}},
         -2,
         2,
         [](const List& x) { return concat({x[0], x[1], x[2]}, 1); },
         [](const Values& x) {
             return Plain({2, 6, 2}, [&](At i) {
                 const std::size_t k = i[1];
                 return k < 1 ? x[0]({i[0], k, i[2]}) : k < 4 ? x[1]({i[0], k - 1, i[2]}) : x[2]({i[0], k - 4, i[2]});
             });
         }},
        {"stack",
         {{2, 3}, {2, 3}},
         -2,
         2,
         [](const List& x) { return stack({x[0], x[1]}, -1); },
         [](const Values& x) { return Plain({2, 3, 2}, [&](At i) { return x[i[2]]({i[0], i[1]}); }); }},
    });
}

TEST_CASE("repeated, gathered, summed up")
{
    const AnyTensor indices = constant({{2, 0}, {2, 2}});
    judge_all({
        {"tile",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return tile(x[0], {2, 3}); },
         [](const Values& x) { return Plain({4, 9}, [&](At i) { return x[0]({i[0] % 2, i[1] % 3}); }); }},
        {"tile of none",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return tile(x[0], {2, 0}); },
         [](const Values&) { return Plain({4, 0}, [](At) { return 0; }); }},
        {"broadcast_to",
         {{3, 1}},
         -2,
         2,
         [](const List& x) { return broadcast_to(x[0], {2, 3, 2}); },
         [](const Values& x) { return Plain({2, 3, 2}, [&](At i) { return x[0]({i[1], 0}); }); }},
        {"repeat",
         {{2, 3}},
         -2,
         2,
         [](const List& x) { return repeat(x[0], 2, -1); },
         [](const Values& x) { return Plain({2, 6}, [&](At i) { return x[0]({i[0], i[1] / 2}); }); }},
        {"gather",
         {{2, 3, 2}},
         -2,
         2,
         [=](const List& x) { return gather(x[0], indices, 1); },
         [](const Values& x) {
             return Plain({2, 2, 2, 2},
                          [&](At i) { return x[0]({i[0], i[1] == 0 && i[2] == 1 ? std::size_t{0} : std::size_t{2}, i[3]}); });
         }},
        {"scatter_add_like",
         {{2, 2, 3}, {3, 3}},
         -2,
         2,
         [=](const List& x) { return scatter_add_like(x[0], indices, x[1]) * x[1]; },
         [](const Values& x) {
             return Plain({3, 3}, [&](At i) {
                 double sum = 0;
                 for (std::size_t k = 0; k < 4; ++k)
                     if ((k == 1 ? 0u : 2u) == i[0]) sum += x[0]({k / 2, k % 2, i[1]});
                 return sum * x[1]({i[0], i[1]});
             });
         }},
        {"cumsum",
         {{2, 4, 2}},
         -2,
         2,
         [](const List& x) { return cumsum(x[0], 1); },
         [](const Values& x) {
             return Plain({2, 4, 2}, [&](At i) {
                 double sum = 0;
                 for (std::size_t k = 0; k <= i[1]; ++k) sum += x[0]({i[0], k, i[2]});
                 return sum;
             });
         }},
        {"cumsum backward",
         {{2, 4}},
         -2,
         2,
         [](const List& x) { return cumsum(x[0], -1, {.exclusive = true, .reverse = true}); },
         [](const Values& x) {
             return Plain({2, 4}, [&](At i) {
                 double sum = 0;
                 for (std::size_t k = i[1] + 1; k < 4; ++k) sum += x[0]({i[0], k});
                 return sum;
             });
         }},
    });
}
