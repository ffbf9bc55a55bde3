// Drawings of models: where the boxes stand, what is written on them, and Graphviz's text.
#include "catch.hpp"

#include <lamina/interop/plot_model.hpp>
#include <lamina/lamina.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Skips {
    using input = Input<8, 8, 1>;
    Conv2D<4, Same, Relu>::on<8, 8, 1> first;
    Sequential<Input<8, 8, 4>, Conv2D<4, Same>, Conv2D<4, Same>> body;
    Conv2D<4, Kernel<1>>::on<8, 8, 1> wide;
    Dense<2>::on<768> head;
    auto operator()(const auto& x) const
    {
        const auto a = first(x), b = body(a) + a;
        const auto c = concatenate(b, wide(x), first(x));
        return head(reshape<-1>(2 * c + c)) * 0.5f;
    }
};

struct Small {
    Dense<3>::on<2> dense;
    auto operator()(const auto& x) const { return relu(dense(x)); }
    using input = Input<2>;
};

} // namespace

TEST_CASE("Boxes stand in ranks below those that they read, and none over another")
{
    using Model = Sequential<Input<8, 8, 4>, Residual<Conv2D<4, Same, Relu>, Conv2D<4, Same>>,
                             Parallel<Concat, Conv2D<2, Same>, Branch<Conv2D<3, Same>, Activation<Relu>>, Branch<>>>;
    PlotGraph graph = plot_graph_of(network_of(Model{}));
    const std::size_t boxes = graph.boxes.size();
    rank_boxes(graph);
    CHECK(graph.boxes.size() ==
          boxes + 5); // lines pass: two beside the Residual, one beside the second branch, two beside it for the third
    for (PlotBox& box : graph.boxes) box.width = box.passes() ? 8 : 50;
    const double width = place_boxes(graph, 10);
    for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
        const PlotBox& a = graph.boxes[i];
        CHECK(a.x - a.width / 2 > -1e-9);
        CHECK(a.x + a.width / 2 < width + 1e-9);
        for (const std::size_t from : a.reads) CHECK(graph.boxes[from].rank + 1 == a.rank);
        for (std::size_t j = 0; j < i; ++j) {
            const PlotBox& b = graph.boxes[j];
            if (a.rank == b.rank) CHECK(std::abs(a.x - b.x) > (a.width + b.width) / 2 + 9.99);
        }
    }
}

TEST_CASE("A drawing says classes, names, shapes, what is shared and the models inside")
{
    const std::string svg = plot_model(Skips{}).str();
    for (const char* text :
         {">Conv2D<", ">first · 40<", ">first · 40 (shared)<", ">[8, 8, 12]<", ">concatenate<", ">body<", ">× 2<"})
        CHECK_THAT(svg, Catch::Contains(text));
}

TEST_CASE("Graphviz draws the same")
{
    CHECK(model_to_dot(Small{}) == "digraph model {\n"
                                   "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                                   "  edge [fontname=\"sans-serif\", fontsize=10];\n"
                                   "  n0 [label=\"Input\\ninput_layer\"];\n"
                                   "  n1 [label=\"Dense\\ndense · 9\"];\n"
                                   "  n2 [label=\"relu\"];\n"
                                   "  n0 -> n1 [label=\"[2]\"];\n"
                                   "  n1 -> n2 [label=\"[3]\"];\n"
                                   "}\n");
    const Sequential<Input<3>, Sequential<Input<3>, Dense<2>>> nested;
    CHECK_THAT(model_to_dot(nested), Catch::Contains("subgraph cluster_0 {\n    label=\"sequential\";\n    n1 [label="));
}
