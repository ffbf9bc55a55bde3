// A user's program: a small network learns exclusive or, and says which libraries it was built with.
#include <lamina/lamina.hpp>

#if defined(HAS_zlib)
#include <lamina/data/mnist.hpp>
#endif
#if defined(HAS_json)
#include <nlohmann/json.hpp>
#endif
#if defined(HAS_tensorboard)
#include <lamina/training/callbacks/tensorboard.hpp>
#endif
#if defined(HAS_numpy)
#include <lamina/numpy.hpp>
#endif
#if defined(HAS_pytorch)
#include <lamina/pytorch.hpp>
#endif
#if defined(HAS_keras)
#include <lamina/keras.hpp>
#endif
#if defined(HAS_lite)
#include <lamina/lite.hpp>
#endif
#if defined(HAS_data)
#include <lamina/data.hpp>
#endif
#if defined(HAS_images)
#include <lamina/images.hpp>
#endif

#include <iostream>
#include <string>
#include <vector>

using namespace lamina;

int main()
{
    using Network = Sequential<Input<2>, Dense<8, Tanh>, Dense<2, Softmax>>;

    const Samples exclusive_or{xt::xtensor<float, 2>{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, xt::xtensor<int, 1>{0, 1, 1, 0}};
    auto network = build<Network>(Seed{1});
    auto trainer = compile(network, Adam{.learning_rate = 0.05f}, SparseCategoricalCrossentropy{});
#if defined(HAS_tensorboard)
    trainer.fit(exclusive_or, {.epochs = 200, .batch_size = 4}, TensorBoard{.log_dir = "logs"});
#else
    trainer.fit(exclusive_or, {.epochs = 200, .batch_size = 4});
#endif
    const auto classes = predict_classes(network, exclusive_or.x);
#if defined(HAS_numpy)
    numpy::save(network, "network.npz");
    numpy::load(network, "network.npz");
#endif
#if defined(HAS_pytorch)
    pytorch::write_state_dict("numbers.pt", {{"numbers", exclusive_or.x}});
    if (pytorch::read("numbers.pt").tensors.size() != 1) return 1;
#endif
#if defined(HAS_lite)
    try {
        lite::Interpreter("numbers.tflite"); // which is not there
        return 1;
    }
    catch (const lamina::error&) {
    }
#endif
#if defined(HAS_data)
    struct Number {
        float x;
    };
    write_tfrecord("numbers.tfrecord.gz", std::vector<std::string>{to_example(Number{1}), to_example(Number{2})});
    for (auto& [x] : tfrecord("numbers.tfrecord.gz") | lamina::map(parse_example<Number>) | batch(2))
        if (x.size() != 2 || x(1) != 2) return 1;
#endif
#if defined(HAS_images)
    if (decode_png(encode_png(Image::from_shape({2, 3, 1}))).size() != 6) return 1;
#endif

    std::cout << "lamina " << LAMINA_VERSION_MAJOR << '.' << LAMINA_VERSION_MINOR << '.' << LAMINA_VERSION_PATCH << ", xsimd "
              << XSIMD_VERSION_MAJOR << '.' << XSIMD_VERSION_MINOR << ", xtensor " << XTENSOR_VERSION_MAJOR << '.'
              << XTENSOR_VERSION_MINOR;
#if defined(HAS_json)
    std::cout << ", " << nlohmann::json{{"parameters", Network::parameter_count}};
#endif
    std::cout << ": exclusive or is";
    for (std::size_t i = 0; i < 4; ++i) std::cout << ' ' << classes(i);
    std::cout << '\n';

    bool learned = true;
    for (std::size_t i = 0; i < 4; ++i) learned = learned && static_cast<int>(classes(i)) == exclusive_or.y(i);
    return learned ? 0 : 1;
}
