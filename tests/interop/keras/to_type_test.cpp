// The C++ of models in configs of Keras: chains, graphs, models inside; names, masks, versions; what is refused, and what is left to do.
#include "catch.hpp"

#include <lamina/interop/keras/to_type.hpp>

#include <string>

using namespace lamina;

namespace {

/// A layer of a Sequential.
std::string layer(const std::string& kind, const std::string& name, const std::string& options = "")
{
    return R"({"class_name": ")" + kind + R"(", "config": {"name": ")" + name + "\"" + (options.empty() ? "" : ", " + options) +
           "}}";
}

/// A Sequential of Keras 3 on 6 numbers.
std::string chain(const std::string& layers)
{
    return R"({"class_name": "Sequential", "config": {"name": "net", "layers": [)" +
           layer("InputLayer", "in", R"("batch_shape": [null, 6])") + (layers.empty() ? "" : ", " + layers) + "]}}";
}

std::string value(const std::string& name, const std::string& shape, int call = 0)
{
    return R"({"class_name": "__keras_tensor__", "config": {"shape": [null, )" + shape +
           R"(], "dtype": "float32", "keras_history": [")" + name + "\", " + std::to_string(call) + ", 0]}}";
}

/// A layer of a functional model of Keras 3, with its calls.
std::string node(const std::string& kind, const std::string& name, const std::string& options, const std::string& calls)
{
    return R"({"class_name": ")" + kind + R"(", "name": ")" + name + R"(", "config": {"name": ")" + name + "\"" +
           (options.empty() ? "" : ", " + options) + R"(}, "inbound_nodes": [)" + calls + "]}";
}
std::string call(const std::string& arguments, const std::string& named = "")
{
    return R"({"args": [)" + arguments + R"(], "kwargs": {)" + named + "}}";
}
std::string input(const std::string& name, const std::string& shape)
{
    return node("InputLayer", name, R"("batch_shape": [null, )" + shape + "]", "");
}

std::string graph(const std::string& layers, const std::string& inputs, const std::string& outputs)
{
    return R"({"class_name": "Functional", "config": {"name": "net", "layers": [)" + layers + R"(], "input_layers": )" + inputs +
           R"(, "output_layers": )" + outputs + "}}";
}

std::string type(const std::string& json) { return keras::to_type_of(json); }

} // namespace

TEST_CASE("A chain becomes a Sequential")
{
    CHECK(type(chain(layer("Dense", "dense_3", R"("units": 5, "activation": "relu")") + ", " +
                     layer("Dropout", "drop", R"("rate": 0.5)") + ", " +
                     layer("Dense", "head", R"("units": 2, "use_bias": false, "activation": "softmax")"))) ==
          "using Model = Sequential<Input<6>, Dense<5, Relu>, Dropout<0.5>, Dense<2, Softmax, NoBias, Name<\"head\">>>;\n");
    CHECK(keras::to_type_of(chain(layer("Flatten", "flatten")), "Net") == "using Net = Sequential<Input<6>, Flatten>;\n");
    // A model inside, and one whose input nobody lists, as old versions write it.
    CHECK(type(R"({"class_name": "Sequential", "config": [)" +
               layer("Dense", "dense_1", R"("units": 3, "batch_input_shape": [null, 4])") + "]}") ==
          "using Model = Sequential<Input<4>, Dense<3>>;\n");
    CHECK(type(chain(chain(layer("Dense", "a", R"("units": 9)")) + ", " + layer("ReLU", "re_lu", R"("max_value": 6.0)"))) ==
          "using Model = Sequential<Input<6>, Sequential<Input<6>, Dense<9, Name<\"a\">>>, ReLU<6.0>>;\n");
    // A functional model that is a chain.
    CHECK(type(graph(input("x", "6") + "," + node("Dense", "dense", R"("units": 2)", call(value("x", "6"))), R"([["x", 0, 0]])",
                     R"(["dense", 0, 0])")) == "using Model = Sequential<Input<6>, Dense<2>>;\n");
}

TEST_CASE("What differs from lamina's own defaults is written, and nothing else")
{
    const auto image = [](const std::string& one) {
        return type(R"({"class_name": "Sequential", "config": {"layers": [)" +
                    layer("InputLayer", "in", R"("batch_shape": [null, 8, 8, 2])") + ", " + one + "]}}");
    };
    CHECK(image(layer("MaxPooling2D", "m", R"("pool_size": [3, 3], "strides": [2, 2], "padding": "valid")")) ==
          "using Model = Sequential<Input<8, 8, 2>, MaxPooling2D<3, Strides<2>>>;\n");
    CHECK(image(layer("AveragePooling2D", "m", R"("pool_size": [2, 2], "strides": [2, 2])")) ==
          "using Model = Sequential<Input<8, 8, 2>, AveragePooling2D<2>>;\n");
    CHECK(image(layer("AveragePooling2D", "m", R"("pool_size": [3, 2], "strides": [3, 2])")) ==
          "using Model = Sequential<Input<8, 8, 2>, AveragePooling2D<Window{3, 2}>>;\n");
    CHECK(
        image(layer("BatchNormalization", "batch_normalization", R"("axis": [3], "momentum": 0.9, "epsilon": 0.001)")) ==
        "using Model = Sequential<Input<8, 8, 2>, BatchNormalization<Momentum<0.9>>>;\n"); // Keras 2 counts axes from the batch on
    CHECK(image(layer("Conv2D", "conv2d",
                      R"("filters": 4, "kernel_size": [3, 3], "activation": {"class_name": "function", "config": "relu"},
                                            "dtype": "mixed_float16", "bias_initializer": {"class_name": "Zeros", "config": {}})")) ==
          "using Model = Sequential<Input<8, 8, 2>, Conv2D<4, Kernel<3>, Relu>>;\n");
    CHECK(image(layer("Dense", "dense", R"("units": 4)") + "," + layer("Reshape", "r", R"("target_shape": [16, -1])") + "," +
                layer("Softmax", "s", R"("axis": -1)")) ==
          "using Model = Sequential<Input<8, 8, 2>, Dense<4, EachRow>, Reshape<16, 16>, Activation<Softmax>>;\n");
}

TEST_CASE("A graph becomes a struct")
{
    const std::string layers =
        input("a", "6") + "," + input("b", "6") + "," +
        node("Dense", "tower", R"("units": 7)", call(value("a", "6")) + "," + call(value("b", "6"))) + "," +
        node("Multiply", "multiply", "", call("[" + value("tower", "7") + "," + value("tower", "7", 1) + "]")) + "," +
        node("Maximum", "maximum", "", call("[" + value("tower", "7") + "," + value("multiply", "7") + "]")) + "," +
        node("Average", "average", "", call("[" + value("tower", "7") + "," + value("tower", "7", 1) + "]")) + "," +
        node("Dense", "class", R"("units": 2)", call(value("maximum", "7"))) + "," +
        node("Dense", "1st dense", R"("units": 2)", call(value("average", "7")));
    CHECK(type(graph(layers, R"([["a", 0, 0], ["b", 0, 0]])", R"([["class", 0, 0], ["1st dense", 0, 0]])")) == R"(struct Model {
    using inputs = Inputs<Input<6>, Input<6>>;

    Dense<7>::on<6> tower;
    Dense<2>::on<7> class_; // "class"
    Dense<2>::on<7> _1st_dense; // "1st dense"

    auto operator()(const auto& a, const auto& b) const
    {
        const auto h_tower = tower(a);
        const auto h_tower_1 = tower(b);
        const auto h_multiply = h_tower * h_tower_1;
        const auto h_maximum = maximum(h_tower, h_multiply);
        const auto h_average = (h_tower + h_tower_1) / 2;
        const auto h_class = class_(h_maximum);
        const auto h_1st_dense = _1st_dense(h_average);
        return std::tuple{h_class, h_1st_dense};
    }
};
)");
}

TEST_CASE("A model inside that is no chain is a struct of its own")
{
    const std::string skip = graph(input("x", "6") + "," + node("Dense", "inner", R"("units": 6)", call(value("x", "6"))) + "," +
                                       node("Add", "add", "", call("[" + value("x", "6") + "," + value("inner", "6") + "]")),
                                   R"([["x", 0, 0]])", R"([["add", 0, 0]])");
    CHECK(type(chain(skip)) == R"(struct Model {
    using input = Input<6>;

    struct Net {
        using input = Input<6>;

        Dense<6>::on<6> inner;

        auto operator()(const auto& x) const
        {
            const auto h_inner = inner(x);
            const auto h_add = x + h_inner;
            return h_add;
        }
    };

    Net net;

    auto operator()(const auto& in) const
    {
        const auto h_net = net(in);
        return h_net;
    }
};
)");
}

TEST_CASE("A functional model inside that is called twice: outputs count its calls from 1, values from 0")
{
    const std::string body = graph(input("x", "6") + "," + node("Dense", "inner", R"("units": 6)", call(value("x", "6"))) + "," +
                                       node("Add", "add", "", call("[" + value("x", "6") + "," + value("inner", "6") + "]")),
                                   R"([["x", 0, 0]])", R"([["add", 0, 0], ["inner", 0, 0]])");
    const std::string twice =
        body.substr(0, body.size() - 1) + R"(, "name": "body", "inbound_nodes": [)" + call(value("a", "6")) + "," +
        call(R"({"class_name": "__keras_tensor__", "config": {"shape": [null, 6], "keras_history": ["body", 0, 1]}})") + "]}";
    CHECK_THAT(type(graph(input("a", "6") + "," + twice, R"(["a", 0, 0])", R"([["body", 1, 0], ["body", 2, 1]])")),
               Catch::EndsWith(R"(
    Body body;

    auto operator()(const auto& a) const
    {
        const auto h_body = body(a);
        const auto h_body_1 = body(std::get<1>(h_body));
        return std::tuple{std::get<0>(h_body), std::get<1>(h_body_1)};
    }
};
)"));
}

TEST_CASE("Attention, masks and operations in the calls")
{
    const std::string layers = input("x", "5, 8") + "," + input("y", "7, 8") + "," +
                               node("NotEqual", "not_equal", "", call(value("x", "5, 8") + ", 0")) + "," +
                               node("MultiHeadAttention", "self", R"("num_heads": 2, "key_dim": 4)",
                                    call(value("x", "5, 8") + "," + value("x", "5, 8"),
                                         R"("use_causal_mask": true, "query_mask": )" + value("not_equal", "5"))) +
                               "," +
                               node("MultiHeadAttention", "cross", R"("num_heads": 2, "key_dim": 4)",
                                    call(value("self", "5, 8"), R"("value": )" + value("y", "7, 8"))) +
                               "," + node("Multiply", "half", "", call(value("cross", "5, 8") + ", 0.5"));
    CHECK(type(graph(layers, R"([["x", 0, 0], ["y", 0, 0]])", R"([["half", 0, 0]])")) == R"(struct Model {
    using inputs = Inputs<Input<5, 8>, Input<7, 8>>;

    MultiHeadAttention<2, 4, CausalMask>::on<5, 8> self;
    MultiHeadAttention<2, 4>::on_inputs<Input<5, 8>, Input<7, 8>> cross;

    auto operator()(const auto& x, const auto& y) const
    {
        const auto h_self = self(x);
        const auto h_cross = cross(h_self, y);
        const auto h_half = h_cross * 0.5f;
        return h_half;
    }
};
)");
}

TEST_CASE("Keras 2 says no shapes: they are worked out")
{
    CHECK(type(R"({"class_name": "Functional", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "name": "x", "config": {"batch_input_shape": [null, 9, 9, 2], "name": "x"}, "inbound_nodes": []},
        {"class_name": "Conv2D", "name": "c", "config": {"name": "c", "filters": 3, "kernel_size": [3, 3], "strides": [2, 2]}, "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "Conv2D", "name": "d", "config": {"name": "d", "filters": 3, "kernel_size": [3, 3], "padding": "same"}, "inbound_nodes": [[["c", 0, 0, {}]]]},
        {"class_name": "Add", "name": "add", "config": {"name": "add"}, "inbound_nodes": [[["c", 0, 0, {}], ["d", 0, 0, {}]]]},
        {"class_name": "Flatten", "name": "f", "config": {"name": "f"}, "inbound_nodes": [[["add", 0, 0, {}]]]},
        {"class_name": "Dense", "name": "out", "config": {"name": "out", "units": 2}, "inbound_nodes": [[["f", 0, 0, {}]]]}],
        "input_layers": [["x", 0, 0]], "output_layers": [["out", 0, 0]]}, "keras_version": "2.11.0"})") == R"(struct Model {
    using input = Input<9, 9, 2>;

    Conv2D<3, Kernel<3>, Strides<2>>::on<9, 9, 2> c;
    Conv2D<3, Kernel<3>, Same>::on<4, 4, 3> d;
    Flatten::on<4, 4, 3> f;
    Dense<2>::on<48> out;

    auto operator()(const auto& x) const
    {
        const auto h_c = c(x);
        const auto h_d = d(h_c);
        const auto h_add = h_c + h_d;
        const auto h_f = f(h_add);
        const auto h_out = out(h_f);
        return h_out;
    }
};
)");
}

TEST_CASE("What lamina does not have is said behind the type")
{
    CHECK(type(chain(layer("MyLayer", "mine", R"("width": 3)") + "," +
                     layer("Dense", "dense", R"("units": 2, "kernel_quantizer": "ternary")"))) ==
          R"(using Model = Sequential<Input<6>, /* keras: MyLayer */ MyLayer<>, /* keras: Dense */ Dense<2>>;

// What is left to do:
// - layer "mine" is a MyLayer: lamina has no such class; write a layer (docs/custom_layers.md) of that name
// - layer "dense" is a Dense: the option "kernel_quantizer" of Dense is "ternary", and lamina has no such option
)");
    CHECK_THAT(type(R"({"class_name": "Sequential", "config": {"layers": [)" +
                    layer("InputLayer", "in", R"("batch_shape": [null, null, 3])") + "," +
                    layer("LSTM", "lstm", R"("units": 4)") + "]}}"),
               Catch::Contains("Sequential<Input</* any */, 3>, LSTM<4>>;") &&
                   Catch::Contains("// - \"in\": the file does not say the whole shape"));
    // Names are no code, and no end of a comment.
    const std::string odd =
        type(chain(layer("Evil*/;", R"(a\n#include \\ */ b)") + "," + layer("Dense", R"(\"> x; //)", R"("units": 2)")));
    CHECK_THAT(odd, Catch::Contains("/* keras: Evil*?; */ Evil___<>") && Catch::Contains("Name<\"___x____\">") &&
                        Catch::Contains("// - layer \"a?#include ? *? b\" is a Evil*?;"));
}

TEST_CASE("What is no model, or more than a model, is refused")
{
    const auto refuses = [](const std::string& json, const std::string& text) {
        INFO(json);
        CHECK_THROWS_WITH(keras::to_type_of(json, "Model", "a.keras"), Catch::Contains(text));
    };
    refuses(chain(layer("Lambda", "lambda", R"("function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA"}})")),
            "a.keras: layer \"lambda\" holds Python code, which is never run here");
    refuses(chain(layer("Dense", "d", R"("units": 2, "activation": {"class_name": "__lambda__", "config": {}})")),
            "a.keras: layer \"d\" holds Python code, which is never run here");
    refuses("{}", "a.keras: is of the class \"\", a Sequential or a functional model was needed");
    refuses(R"({"class_name": "MyModel", "config": {}})", "a.keras: is of the class \"MyModel\"");
    refuses(R"({"class_name": "Sequential", "config": {}})", "a.keras: the Sequential has no list of layers");
    refuses(chain(""), "a.keras: the Sequential \"net\" has no layers");
    refuses(chain(layer("", "d")), "a.keras: layer \"d\" has no class_name");
    refuses(chain(layer("Dense", "d", R"("units": 2)") + "," + layer("InputLayer", "x")),
            "layer \"x\" of a Sequential is an input behind other layers");
    const std::string dense = node("Dense", "d", R"("units": 2)", call(value("d", "6")));
    refuses(graph(input("x", "6") + "," + dense, R"([["x", 0, 0]])", R"([["d", 0, 0]])"),
            "a.keras: 1 calls of layers wait for each other");
    refuses(graph(input("x", "6"), R"([["x", 0, 0]])", R"([["y", 0, 0]])"), "what call 0 of \"y\" gave, which is not there");
    refuses(graph(input("x", "6"), R"([["x", 0, 0]])", "[]"), "a.keras: the model \"net\" has no inputs or no outputs");
    CHECK_THROWS_WITH(keras::to_type_of(chain(layer("Flatten", "f")), "my model"),
                      Catch::Contains("the name \"my model\" is no identifier"));
    CHECK_THROWS_WITH(keras::to_type_of(chain(layer("Flatten", "f")), "class"),
                      Catch::Contains("the name \"class\" is no identifier"));
}
