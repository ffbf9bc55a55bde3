// The lesson that lamina grew from: a program is written for `predict`, and what predicts is put in its place: a model, an interpreter of its
// TensorFlow Lite file, a class of somebody else. One program writes lenet5.tflite and mnist-test.npz, another one reads them: with the
// argument `write` or `read` only that one is run. --help says the rest.
#include <lamina/lamina.hpp>
#include <lamina/lite.hpp>
#include <lamina/lite/as_predictor.hpp>
#include <lamina/lite/convert.hpp>
#include <lamina/lite/write_file.hpp>
#include <lamina/models/export_header.hpp>
#include <lamina/numpy.hpp>

#include <lamina/draw/confusion_matrix.hpp>

#include "digits.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <vector>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

/// The program: it is written once, for whatever predicts.
template <class P> double report(const char* name, P& reader, const mnist::Digits& test)
{
    const auto classes = predict_classes(reader, test.x);
    const Logs figures = evaluate(reader, test, Accuracy{}, ConfusionMatrix{});
    std::printf("%-22s reads", name);
    for (std::size_t i = 0; i < 12; ++i) std::printf(" %d", classes(i));
    std::printf(" ..., %.4f of all right\n", figures["accuracy"]);
    return figures["accuracy"];
}

namespace elsewhere {

/// A class that somebody else wrote, and that nobody here can change: the digit whose mean picture is nearest.
class NearestMean {
public:
    void learn(const float* pixels, std::size_t digit)
    {
        for (std::size_t i = 0; i < 784; ++i)
            means[digit][i] += (pixels[i] - means[digit][i]) / static_cast<float>(counts[digit] + 1);
        ++counts[digit];
    }
    float distance(const float* pixels, std::size_t digit) const
    {
        float sum = 0;
        for (std::size_t i = 0; i < 784; ++i) sum += (pixels[i] - means[digit][i]) * (pixels[i] - means[digit][i]);
        return sum;
    }

private:
    std::vector<std::vector<float>> means{10, std::vector<float>(784)};
    std::vector<std::size_t> counts = std::vector<std::size_t>(10);
};

/// It is extended from outside: by this function it predicts.
xt::xtensor<float, 2> predict(const NearestMean& of, const xt::xtensor<float, 4>& x)
{
    auto scores = xt::xtensor<float, 2>::from_shape({x.shape()[0], 10});
    for (std::size_t i = 0; i < x.shape()[0]; ++i)
        for (std::size_t digit = 0; digit < 10; ++digit) scores(i, digit) = -of.distance(x.data() + i * 784, digit);
    return scores;
}

} // namespace elsewhere

namespace legacy {

/// An old program, for things that have `rows`.
void print_first(const auto& classifier, const xt::xtensor<float, 4>& x)
{
    const std::vector<std::vector<float>> rows = classifier.rows(x);
    std::printf("The old program says");
    for (const float p : rows[0]) std::printf(" %.3f", static_cast<double>(p));
    std::printf("\n");
}

/// What keeps it alive: the old word for whatever predicts.
template <class P> struct WithRows {
    P& predictor;

    std::vector<std::vector<float>> rows(const auto& x) const
    {
        const auto y = predict(predictor, x);
        std::vector<std::vector<float>> result;
        for (std::size_t i = 0; i < y.shape()[0]; ++i) result.emplace_back(y.data() + i * 10, y.data() + (i + 1) * 10);
        return result;
    }
};

} // namespace legacy

/// The first program: a model learns, and becomes a file; so do the digits that it has not seen.
void write(const Options& settings, const std::filesystem::path& folder)
{
    const auto [train, test] = digits(settings);
    auto model = build<LeNet5>(Seed{settings.seed});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = settings.epochs, .seed = Seed{settings.seed}, .threads = settings.threads}, ProgressBar{});
    report("The model", model, test);

    elsewhere::NearestMean means;
    for (std::size_t i = 0; i < train.size(); ++i) means.learn(train.x.data() + i * 784, static_cast<std::size_t>(train.y(i)));
    report("The nearest mean", means, test);

    const std::vector<std::byte> whole = lite::convert(model),
                                 bytes = lite::convert(model, {.optimizations = lite::Optimize::dynamic_range});
    lite::write_file(folder / "lenet5.tflite", bytes);
    npz::write(folder / "mnist-test.npz", {{"X", test.x}, {"y", test.y}});
    export_header(model, folder / "lenet5_weights.hpp", {.type = "LeNet5", .include = "lenet5.hpp", .name = "lenet5"});
    std::cout << "Written: lenet5.tflite, " << bytes.size() << " bytes (" << whole.size()
              << " in float32), mnist-test.npz, lenet5_weights.hpp\n";
}

/// The second program: it has no model, only the files.
void read(const std::filesystem::path& folder)
{
    const auto arrays = npz::read(folder / "mnist-test.npz");
    const auto pixels = arrays["X"].as<float>();
    const auto labels = arrays["y"].as<std::int32_t>();
    mnist::Digits test{xt::xtensor<float, 4>::from_shape({labels.size(), 28, 28, 1}),
                       xt::xtensor<int, 1>::from_shape({labels.size()})};
    std::copy(pixels.begin(), pixels.end(), test.x.data());
    std::copy(labels.begin(), labels.end(), test.y.data());

    lite::Interpreter interpreter{folder / "lenet5.tflite"}; // as it is used everywhere
    interpreter.allocate_tensors();
    const auto input = interpreter.input_details()[0];
    xt::xtensor<float, 4> first = xt::xtensor<float, 4>::from_shape({1, 28, 28, 1});
    std::copy_n(test.x.data(), 784, first.data());
    interpreter.set_tensor(input.index, first);
    interpreter.invoke();
    const auto row = interpreter.get_tensor(interpreter.output_details()[0].index);
    std::cout << "The interpreter takes \"" << input.name
              << "\" and says of the first digit: " << std::max_element(row.begin(), row.end()) - row.begin() << '\n';

    auto stand_in = as_predictor<LeNet5>(interpreter); // and in the model's place
    const double right = report("The interpreter", stand_in, test);
    legacy::print_first(legacy::WithRows<decltype(stand_in)>{stand_in}, test.x);

    const AnyPredictor any(std::ref(stand_in)); // chosen while a program runs
    const auto classes = predict_classes(any, test.x);
    draw::confusion_matrix(ConfusionMatrix::counts(evaluate(any, test, ConfusionMatrix{})), {}, "lenet5.tflite")
        .write(folder / "lite-confusion.svg");
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < test.size(); ++i) wrong += classes(i) != test.y(i);
    std::printf("accuracy %.4f, %zu of %zu wrong\n", right, wrong, test.size());
}

int main(int argc, char** argv)
try {
    const std::string_view only = argc > 1 ? argv[1] : "";
    const bool named = only == "write" || only == "read";
    if (named) argv[1] = argv[0];
    const Options settings = options(argc - named, argv + named);
    const std::filesystem::path folder = settings.output;
    if (only != "read") write(settings, folder);
    if (only != "write") read(folder);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
