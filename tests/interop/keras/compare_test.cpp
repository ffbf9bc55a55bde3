// The architecture of a file against the type of a model: every difference is told, and nothing that makes none.
#include "catch.hpp"

#include <lamina/interop/keras/compare.hpp>
#include <lamina/lamina.hpp>

#include <string>

using namespace lamina;

namespace {

/// A Sequential on images of 9 × 9, without what every layer of Keras says besides.
std::string images(const std::string& layers)
{
    return R"({"class_name": "Sequential", "config": {"name": "net", "layers": [{"class_name": "InputLayer", "config": {"name": "in",
        "batch_shape": [null, 9, 9, 2]}}, )" +
           layers + "]}}";
}

std::string conv(const std::string& name, int filters, const std::string& padding, const std::string& more = "")
{
    return R"({"class_name": "Conv2D", "config": {"name": ")" + name + R"(", "trainable": true, "filters": )" +
           std::to_string(filters) + R"(, "kernel_size": [3, 3], "strides": [1, 1], "padding": ")" + padding +
           R"(", "data_format": "channels_last", "dilation_rate": [1, 1],
           "groups": 1, "activation": "tanh", "use_bias": true, "dtype": "float32", "kernel_regularizer": {"class_name": "L2", "config": {}},
           "kernel_initializer": {"class_name": "HeNormal", "config": {"seed": null}})" +
           (more.empty() ? "" : ", " + more) + "}}";
}
const std::string flatten = R"({"class_name": "Flatten", "config": {"name": "flatten"}})";
const std::string dropout =
    R"({"class_name": "Dropout", "config": {"name": "dropout", "rate": 0.5, "seed": null, "noise_shape": null}})";
const std::string dense = R"({"class_name": "Dense", "config": {"name": "dense", "units": 4, "activation": "softmax"}})";

template <class Model> std::string differences(const std::string& json)
{
    const auto model = build<Model>(Seed{1});
    return keras::detail::architecture_differences(json, internals::network_of(model), "lenet5.h5");
}

using Net = Sequential<Input<9, 9, 2>, Conv2D<6, Same, Tanh>, Conv2D<12, Same, Tanh>, Flatten, Dense<4, Softmax>>;

} // namespace

TEST_CASE("A model of the same architecture differs in nothing")
{
    CHECK(differences<Net>(images(conv("conv2d", 6, "same") + "," + conv("conv2d_1", 12, "same") + "," + flatten + "," + dense))
              .empty());
    using Named = Sequential<Input<9, 9, 2>, Conv2D<6, Same, Tanh, Name<"stem">>, Flatten, Dense<4, Softmax>>;
    CHECK(differences<Named>(images(conv("stem", 6, "same") + "," + flatten + "," + dense)).empty());
    CHECK(differences<Named>(images(conv("other", 6, "same") + "," + flatten + "," + dense)).empty()); // names are none
}

TEST_CASE("Options, classes, layers and inputs that differ are told")
{
    CHECK(differences<Net>(images(conv("conv2d", 6, "same") + "," + conv("conv2d_1", 16, "valid") + "," + dropout + "," +
                                  flatten + "," + dense)) == "layer 2 \"conv2d_1\": filters is 16 in the file and 12 in the "
                                                             "model, the file has padding \"valid\", the model \"same\"; "
                                                             "the file has 1 layer more, \"dropout\"");
    CHECK(differences<Net>(images(conv("conv2d", 6, "same") + "," + flatten + "," + dense)) ==
          "the model has 1 layer more, \"conv2d_1\"");
    CHECK(differences<Net>(images(conv("conv2d", 6, "same", R"("data_format": "channels_first")") + "," +
                                  conv("conv2d_1", 12, "same") + "," + flatten + "," + dense)) ==
          "layer 1 \"conv2d\": the option \"data_format\" of Conv2D is \"channels_first\", lamina has \"channels_last\" alone");
    using Wider = Sequential<Input<9, 8, 2>, Conv2D<6, Same, Tanh>, Conv2D<12, Same, Tanh, NoBias>, Flatten, Dense<4, Softmax>>;
    CHECK(differences<Wider>(images(conv("conv2d", 6, "same") + "," + conv("conv2d_1", 12, "same") + "," + flatten + "," +
                                    dense)) == "input 1 is [9, 9, 2] in the file and [9, 8, 2] in the model; layer 2 "
                                               "\"conv2d_1\": use_bias is true in the file and false in the model");
    using Other = Sequential<Input<9, 9, 2>, Conv2D<6, Same, Tanh>, MaxPooling2D<2>, Flatten, Dense<4, Softmax>>;
    CHECK(differences<Other>(images(conv("a", 6, "same") + "," + conv("b", 12, "same") + "," + flatten + "," + dense)) ==
          "layer 2 \"b\": is a Conv2D in the file and a MaxPooling2D in the model");
    CHECK(differences<Other>(
              images(conv("conv2d", 6, "same") + "," + conv("conv2d_1", 12, "same") + "," + flatten + "," + dense)) ==
          "the file has 1 layer more, \"conv2d_1\"; the model has 1 layer more, \"max_pooling2d\"");
}

TEST_CASE("What is inside of layers is compared, and objects")
{
    using Both = Sequential<Input<5, 3>, Bidirectional<LSTM<4>>, Dense<2, LeakyRelu<0.1>>>;
    const auto file = [](const std::string& units, const std::string& slope) {
        return R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, 5, 3]}},
            {"class_name": "Bidirectional", "config": {"name": "both", "merge_mode": "concat", "layer": {"class_name": "LSTM", "config": {"units": )" +
               units +
               R"(, "name": "lstm"}}}}, {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": {"class_name": "leaky_relu",
            "config": {"negative_slope": )" +
               slope + "}}}}]}}";
    };
    CHECK(differences<Both>(file("4", "0.1")).empty());
    CHECK(differences<Both>(file("5", "0.1")) == "layer 1 \"both\": units is 5 in the file and 4 in the model");
    CHECK_THAT(differences<Both>(file("4", "0.2")),
               Catch::StartsWith("layer 2 \"d\": activation is {\"class_name\":\"leaky_relu\",") &&
                   Catch::EndsWith("in the file and leaky_relu(negative_slope=0.1) in the model"));
}

namespace {

struct Skip {
    using input = Input<6>;
    Dense<6>::on<6> first;
    Dense<6>::on<6> second;
    auto operator()(const auto& x) const { return x + relu(second(first(x))); }
};

} // namespace

TEST_CASE("In a graph a function may stand for a layer without variables")
{
    const auto graph = [](const std::string& second) {
        return R"({"class_name": "Functional", "config": {"name": "m", "layers": [
            {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [null, 6]}, "inbound_nodes": []},
            {"class_name": "Dense", "name": "first", "config": {"units": 6}, "inbound_nodes": [[["x", 0, 0, {}]]]},
            {"class_name": "Dense", "name": "second", "config": {)" +
               second + R"(}, "inbound_nodes": [[["first", 0, 0, {}]]]},
            {"class_name": "ReLU", "name": "re_lu", "config": {}, "inbound_nodes": [[["second", 0, 0, {}]]]},
            {"class_name": "Add", "name": "add", "config": {}, "inbound_nodes": [[["x", 0, 0, {}], ["re_lu", 0, 0, {}]]]}],
            "input_layers": [["x", 0, 0]], "output_layers": [["add", 0, 0]]}})";
    };
    CHECK(differences<Skip>(graph(R"("units": 6)")).empty());
    CHECK(differences<Skip>(graph(R"("units": 6, "use_bias": false)")) ==
          "layer 2 \"second\": use_bias is false in the file and true in the model");
}
