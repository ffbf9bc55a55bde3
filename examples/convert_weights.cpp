// LeNet-5 between frameworks: `convert_weights IN OUT` converts between any two of .h5, .weights.h5, .keras,
// .pt (a whole module), .pth (a state_dict), .npz and .safetensors.
// Without arguments it is the lesson that lamina grew from: two LeNet-5s are trained for a moment, one is saved as Keras does and one as PyTorch
// does; then a look into both files, what corresponds to what, and each model goes over to the other framework.
#include <lamina/data/drawn_digits.hpp>
#include <lamina/inspect.hpp>
#include <lamina/interop/keras/describe.hpp>
#include <lamina/interop/pytorch/describe.hpp>
#include <lamina/keras.hpp>
#include <lamina/lamina.hpp>
#include <lamina/numpy.hpp>
#include <lamina/pytorch.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

void load_any(LeNet5& model, const std::string& file)
{
    if (file.ends_with(".h5") || file.ends_with(".keras")) keras::load(model, file);
    else if (file.ends_with(".pt") || file.ends_with(".pth")) pytorch::load(model, file);
    else if (file.ends_with(".npz")) numpy::load(model, file);
    else load(model, file, {.convert = true});
}

void save_any(const LeNet5& model, const std::string& file)
{
    if (file.ends_with(".h5") || file.ends_with(".keras")) keras::save(model, file);
    else if (file.ends_with(".pt")) pytorch::save(model, file); // a whole module; .pth is a state_dict
    else if (file.ends_with(".pth")) pytorch::save_state_dict(model, file);
    else if (file.ends_with(".npz")) numpy::save(model, file);
    else if (file.ends_with(".safetensors")) save(model, file);
    else throw error(file + ": has an ending of none of .h5, .weights.h5, .keras, .pt, .pth, .npz and .safetensors");
}

LeNet5 trained(const Samples<xt::xtensor<float, 4>, xt::xtensor<int, 1>>& digits, std::size_t seed)
{
    auto model = build<LeNet5>(Seed{seed});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(digits, {.epochs = 1}, ProgressBar{});
    return model;
}

void side_by_side(const char* a, const LeNet5& first, const char* b, const LeNet5& second, const xt::xtensor<float, 4>& digit)
{
    const auto x = predict(first, digit), y = predict(second, digit);
    std::printf("%-18s", a);
    for (std::size_t i = 0; i < 10; ++i) std::printf(" %.4f", static_cast<double>(x(0, i)));
    std::printf("\n%-18s", b);
    for (std::size_t i = 0; i < 10; ++i) std::printf(" %.4f", static_cast<double>(y(0, i)));
    std::printf("\n\n");
}

int main(int argc, char** argv)
try {
    if (argc == 3) {
        LeNet5 model;
        load_any(model, argv[1]);
        save_any(model, argv[2]);
        std::cout << argv[1] << " -> " << argv[2] << '\n';
        return 0;
    }
    if (argc != 1) return std::cerr << "usage: convert_weights [IN OUT]\n", 2;

    // 1. Two models, and a file of each framework.
    const auto digits = drawn_digits(2000, Seed{1});
    {
        keras::save(trained(digits, 1), "lenet5.h5");
        pytorch::save(trained(digits, 2), "lenet5.pt"); // a whole module
    }

    // 2. What is in them?
    std::cout << keras::describe("lenet5.h5") << '\n' << pytorch::describe("lenet5.pt") << '\n';

    // 3. What corresponds to what?
    LeNet5 of_keras, of_torch;
    keras::load(of_keras, "lenet5.h5");
    pytorch::load(of_torch, "lenet5.pt");
    std::cout << variable_names(of_keras) << '\n';

    // 4. Each goes over: torch.load and keras.models.load_model open these.
    pytorch::save(of_keras, "lenet5-keras.pt");
    keras::save(of_torch, "lenet5-torch.h5");

    // 5. The same outputs to four digits.
    LeNet5 as_torch, as_keras;
    pytorch::load(as_torch, "lenet5-keras.pt");
    keras::load(as_keras, "lenet5-torch.h5");
    const auto digit = drawn_digits(1, Seed{3}).x;
    side_by_side("lenet5.h5", of_keras, "lenet5-keras.pt", as_torch, digit);
    side_by_side("lenet5.pt", of_torch, "lenet5-torch.h5", as_keras, digit);
    std::cout << diff(of_keras, as_torch) << diff(of_torch, as_keras);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
