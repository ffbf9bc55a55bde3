// Descriptions of files of Keras: layers, shapes, options, parameters, optimizer, what it was compiled with.
#include "catch.hpp"

#include <lamina/interop/keras/describe.hpp>

#include <filesystem>
#include <string>

using namespace lamina;

TEST_CASE("A config is a table of its layers with the options that differ from Keras's defaults")
{
    CHECK(keras::describe_config(R"({"class_name": "Functional", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [null, 8, 8, 2]}, "inbound_nodes": []},
        {"class_name": "Conv2D", "name": "c", "config": {"filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same",
          "use_bias": true, "activation": "relu"}, "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "Mine", "name": "m\u001b[31m", "config": {}, "inbound_nodes": [[["c", 0, 0, {}]], [["m\u001b[31m", 0, 0, {}]]]},
        {"class_name": "Concatenate", "name": "cat", "config": {}, "inbound_nodes": [[["x", 0, 0, {}], ["c", 0, 0, {}]]]}],
        "input_layers": [["x", 0, 0]], "output_layers": [["cat", 0, 0], ["m\u001b[31m", 1, 0]]}, "compile_config": {
        "optimizer": {"class_name": "RMSprop", "config": {"learning_rate": 0.25}},
        "loss": {"class_name": "function", "config": "mse"}, "metrics": ["mae", {"class_name": "AUC", "config": {}}]}})") ==
          R"(Functional "net"
┌───────────────────────────────┬──────────────┬─────────┬──────────────────────────────────────────────────────────────┐
│ Layer (type)                  │ Output shape │ Param # │ Options                                                      │
├───────────────────────────────┼──────────────┼─────────┼──────────────────────────────────────────────────────────────┤
│ x (InputLayer)                │ [8, 8, 2]    │         │                                                              │
│ c (Conv2D)                    │ [8, 8, 4]    │         │ filters=4, kernel_size=(3, 3), padding=same, activation=relu │
│ m?[31m (Mine), called 2 times │ ?            │         │ (lamina has no such class)                                   │
│ cat (Concatenate)             │ [8, 8, 6]    │         │                                                              │
└───────────────────────────────┴──────────────┴─────────┴──────────────────────────────────────────────────────────────┘
 optimizer rmsprop, learning_rate 0.25
 compiled with mse, mae, AUC
)");
}

TEST_CASE("Files say how many parameters, the optimizer's step, the version")
{
    const std::filesystem::path lenet = LAMINA_SHARED "/reference/lenet5";
    if (!std::filesystem::exists(lenet)) SUCCEED("there are no reference files here");
    else {
        const std::string text = keras::describe(lenet / "lenet5-mnist.h5");
        CHECK_THAT(text, Catch::StartsWith("Sequential \"sequential\", Keras 3.15.1\n"));
        CHECK_THAT(text, Catch::Contains("│ conv2d_1 (Conv2D)                      │ [10, 10, 16] │   2,416 │ filters=16, "
                                         "kernel_size=(5, 5), activation=tanh "));
        CHECK_THAT(text, Catch::EndsWith(" Total params: 61,706\n optimizer adam, learning_rate 0.001, at step 20625\n"
                                         " compiled with sparse_categorical_crossentropy, sparse_categorical_accuracy\n"));
        CHECK_THAT(keras::describe(lenet / "lenet5-mnist.keras"),
                   Catch::Contains("optimizer of a class that the file does not say, learning_rate 0.001, at step 20625"));
        CHECK_THAT(keras::describe(lenet / "lenet5-mnist.weights.h5"),
                   Catch::StartsWith("weights alone\n") && Catch::Contains("│ conv2d_1 │ [5, 5, 6, 16], [16]    │   2,416 │"));
    }
}

TEST_CASE("What is no model is refused")
{
    CHECK_THROWS_WITH(keras::describe_config("[]", "a.json"), Catch::Contains("a.json: is of the class \"\""));
    CHECK_THROWS_WITH(
        keras::describe_config(
            R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"name": "f"}}]}})"),
        Catch::Contains("config: layer \"f\" holds Python code, which is never run here"));
}
