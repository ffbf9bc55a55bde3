// The layers of models of every form, and what each reads.
#include "catch.hpp"

#include <lamina/lamina.hpp>
#include <lamina/models/network.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// One line a node: `2 conv2d_1 Conv2D [8, 8, 4] <- 1`.
std::string told(const Network& network)
{
    std::string text;
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const NetworkNode& node = network.nodes[i];
        append(text, {i, ' ', node.layer.name, ' ', node.layer.kind, ' ', node.layer.output, node.reads.empty() ? "" : " <-"});
        for (const std::size_t from : node.reads) append(text, {' ', from});
        if (node.first != no_node) append(text, {" as ", node.first});
        text += '\n';
        for (const Network& inner : node.inside) append(text, {"(\n", told(inner), ")\n"});
    }
    append(text, {"->"});
    for (const std::size_t node : network.outputs) append(text, {' ', node});
    return text + '\n';
}

using Encoder = Sequential<Input<12>, Dense<4, Relu>, Dense<3, Name<"code">>>;

struct TwoHeads {
    using inputs = Inputs<Input<12>, Input<6, 3>>;
    Encoder encoder;
    GRU<3>::on<6, 3> gru;
    Dense<3>::on<3> shared;
    Dense<1, Sigmoid>::on<6> first;
    std::array<Dense<2>::on<6>, 2> others;
    auto operator()(const auto& measurements, const auto& series) const
    {
        const auto a = shared(encoder(measurements)), b = shared(gru(series));
        const auto joined = concatenate(a, b);
        const auto other = others[1](joined), half = 0.5f * others[0](joined), second = relu(other - half);
        return std::tuple(first(joined), second);
    }
};

} // namespace

TEST_CASE("A Sequential is its layers in a row, with Keras's automatic names")
{
    const Sequential<Input<8, 8, 3>, Conv2D<4, Same, Relu>, Conv2D<2, Name<"second">>, Conv2D<2>, Flatten, Dense<2>> model;
    CHECK(told(network_of(model)) == "0 input_layer InputLayer [8, 8, 3]\n"
                                     "1 conv2d Conv2D [8, 8, 4] <- 0\n"
                                     "2 second Conv2D [6, 6, 2] <- 1\n"
                                     "3 conv2d_1 Conv2D [4, 4, 2] <- 2\n"
                                     "4 flatten Flatten [32] <- 3\n"
                                     "5 dense Dense [2] <- 4\n"
                                     "-> 5\n");
    const auto list = layers(model);
    REQUIRE(list.size() == 5);
    CHECK(list[1].path == "second");
    CHECK(list[0].parameters() == 3 * 3 * 3 * 4 + 4);
    CHECK(list[4].variables[0].path == "4/kernel");
    CHECK(list[0].options[0].name == "filters");
    CHECK(list[0].input == Shape{8, 8, 3});
}

TEST_CASE("A Residual and a Parallel are seen through")
{
    const Sequential<Input<8, 8, 4>, Residual<Conv2D<4, Same, Relu>, Conv2D<4, Same>>,
                     Parallel<Concat, Conv2D<2, Same>, Branch<Conv2D<3, Same>, Activation<Relu>>, Branch<>>,
                     GlobalAveragePooling2D<>>
        model;
    CHECK(told(network_of(model)) == "0 input_layer InputLayer [8, 8, 4]\n"
                                     "1 conv2d Conv2D [8, 8, 4] <- 0\n"
                                     "2 conv2d_1 Conv2D [8, 8, 4] <- 1\n"
                                     "3 add Add [8, 8, 4] <- 0 2\n"
                                     "4 conv2d_2 Conv2D [8, 8, 2] <- 3\n"
                                     "5 conv2d_3 Conv2D [8, 8, 3] <- 3\n"
                                     "6 activation Activation [8, 8, 3] <- 5\n"
                                     "7 concatenate Concatenate [8, 8, 9] <- 4 6 3\n"
                                     "8 global_average_pooling2d GlobalAveragePooling2D [9] <- 7\n"
                                     "-> 8\n");
    const auto list = layers(model);
    REQUIRE(list.size() == 6);
    CHECK(list[3].variables[0].path == "1/1/0/kernel");
}

TEST_CASE("A struct is what its operator() does: shared layers, functions, models inside, several inputs and outputs")
{
    const TwoHeads model;
    CHECK(told(network_of(model)) == "0 input_layer InputLayer [12]\n"
                                     "1 input_layer_1 InputLayer [6, 3]\n"
                                     "2 encoder Sequential [3] <- 0\n"
                                     "(\n"
                                     "0 input_layer_2 InputLayer [12]\n"
                                     "1 dense Dense [4] <- 0\n"
                                     "2 code Dense [3] <- 1\n"
                                     "-> 2\n"
                                     ")\n"
                                     "3 shared Dense [3] <- 2\n"
                                     "4 gru GRU [3] <- 1\n"
                                     "5 shared Dense [3] <- 4 as 3\n"
                                     "6 concatenate Concatenate [6] <- 3 5\n"
                                     "7 others_1 Dense [2] <- 6\n"
                                     "8 others_0 Dense [2] <- 6\n"
                                     "9 multiply Multiply [2] <- 8\n"
                                     "10 subtract Subtract [2] <- 7 9\n"
                                     "11 relu relu [2] <- 10\n"
                                     "12 first Dense [1] <- 6\n"
                                     "-> 12 11\n");
    const auto list = layers(model);
    REQUIRE(list.size() == 7);
    CHECK(list[0].path == "encoder/0");
    CHECK(list[1].path == "encoder/code");
    CHECK(list[4].path == "first"); // the order is that of the fields
    CHECK(network_of(model).nodes[9].number == 0.5);
}

TEST_CASE("One block is a network of one layer")
{
    const Dense<3>::on<2> model;
    CHECK(told(network_of(model)) == "0 input_layer InputLayer [2]\n1 dense Dense [3] <- 0\n-> 1\n");
    CHECK(layers(model)[0].variables[1].path == "bias");
}

namespace {

struct Bend : protocols::formula_layer<Bend> {
    template <class T, Shape In> struct block : protocols::formula_block<Bend, T, In> {
        Variable<T, Shape{In.back()}> slope;
        auto operator()(const auto& x) const { return maximum(x, slope * x); }
    };
};

/// A variable outside of layers, and a layer that is its formula.
struct WithVariables {
    Dense<6, Tanh>::on<3> body;
    Variable<float, Shape{6}> gate;
    Bend::on<6> bend;
    Dense<1>::on<6> head;
    auto operator()(const auto& x) const { return head(bend(sigmoid(gate) * body(x))); }
};

} // namespace

TEST_CASE("Functions that read variables are listed, and refused where a file holds layers alone", "[interop]")
{
    const auto network = internals::network_of(build<WithVariables>(Seed{1}));
    std::vector<std::string> kinds;
    for (const auto& node : network.nodes) kinds.push_back(std::string(node.layer.kind));
    CHECK(kinds ==
          std::vector<std::string>{"InputLayer", "Dense", "variable", "sigmoid", "Multiply", "Multiply", "Maximum", "Dense"});
    CHECK_THROWS_WITH(internals::refuse_variables_outside(network, "save"),
                      Catch::Contains("in no layer") && Catch::Contains("save:"));
    CHECK_NOTHROW(
        internals::refuse_variables_outside(internals::network_of(build<Sequential<Input<3>, Dense<2>>>(Seed{1})), "save"));
}
