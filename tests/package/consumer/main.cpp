// Somebody else's program: a small model predicts, and a component is used where there is one.
#include <lamina/lamina.hpp>

#if defined(COMPONENT_zlib)
#include <lamina/data/mnist.hpp>
#elif defined(COMPONENT_json)
#include <nlohmann/json.hpp>
#elif defined(COMPONENT_tensorboard)
#include <lamina/training/callbacks/tensorboard.hpp>
#elif defined(COMPONENT_numpy)
#include <lamina/numpy.hpp>
#elif defined(COMPONENT_pytorch)
#include <lamina/pytorch.hpp>
#elif defined(COMPONENT_keras)
#include <lamina/keras.hpp>
#elif defined(COMPONENT_lite)
#include <lamina/lite.hpp>
#elif defined(COMPONENT_data)
#include <lamina/data.hpp>
#elif defined(COMPONENT_images)
#include <lamina/images.hpp>
#endif

#include <array>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;

int main()
{
    using Model = Sequential<Input<4, 4, 1>, Conv2D<2, Kernel<3>, Same, Tanh>, Flatten, Dense<10, Softmax>>;

    const char* component = "core";
#if defined(COMPONENT_zlib)
    component = "zlib";
    try {
        mnist::load("a folder that is not there");
        return 1;
    }
    catch (const lamina::error& refusal) {
        std::cout << refusal.what() << '\n';
    }
#elif defined(COMPONENT_json)
    component = "json";
    std::cout << nlohmann::json{{"parameters", Model::parameter_count}} << '\n';
#elif defined(COMPONENT_tensorboard)
    component = "tensorboard";
    TrainingState training;
    TensorBoard board{.log_dir = "logs"};
    board.on_train_begin(training);
    board.on_train_end(training);
#elif defined(COMPONENT_numpy)
    component = "numpy";
    const xt::xtensor<float, 1> numbers{1, 2, 3};
    npz::write("numbers.npz", {{"numbers", numbers}});
    if (npz::read("numbers.npz")["numbers"].as<float>() != std::vector<float>{1, 2, 3}) return 1;
#elif defined(COMPONENT_pytorch)
    component = "pytorch";
    const xt::xtensor<float, 1> numbers{1, 2, 3};
    pytorch::write_state_dict("numbers.pt", {{"numbers", numbers}});
    if (pytorch::read("numbers.pt").tensors.at(0).as<float>() != std::vector<float>{1, 2, 3}) return 1;
#elif defined(COMPONENT_keras)
    component = "keras";
#elif defined(COMPONENT_lite)
    component = "lite";
    try {
        lite::Interpreter(std::vector<std::byte>(8));
        return 1;
    }
    catch (const lamina::error& refusal) {
        std::cout << refusal.what() << '\n';
    }
#elif defined(COMPONENT_data)
    component = "data";
    struct Number {
        float x;
    };
    write_tfrecord("numbers.tfrecord.gz", std::vector<std::string>{to_example(Number{1}), to_example(Number{2})});
    for (auto& [x] : tfrecord("numbers.tfrecord.gz") | lamina::map(parse_example<Number>) | batch(2))
        if (x.size() != 2 || x(1) != 2) return 1;
    try {
        for (auto& number : csv<Number>("a file that is not there")) std::cout << number.x << '\n';
        return 1;
    }
    catch (const lamina::error& refusal) {
        std::cout << refusal.what() << '\n';
    }
#elif defined(COMPONENT_images)
    component = "images";
    const Image image = Image::from_shape({2, 3, 1});
    if (decode_png(encode_png(image)).size() != 6) return 1;
    try {
        decode_jpeg("no picture");
        return 1;
    }
    catch (const lamina::error& refusal) {
        std::cout << refusal.what() << '\n';
    }
#endif

    const auto model = build<Model>(Seed{1});
    const auto probabilities = model(std::array<float, 16>{1, 2, 3});
    float sum = 0;
    for (float p : probabilities) sum += p;
    if (probabilities.size() != 10 || std::fabs(sum - 1) > 1e-5f) return 1;
    std::cout << component << ": ten probabilities add up to 1\n";
}
