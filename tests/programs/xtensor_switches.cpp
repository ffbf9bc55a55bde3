// A program that has turned xtensor's switches: its tensors lie in columns unless it says otherwise. The results are the same.
// flags: -DXTENSOR_DEFAULT_LAYOUT=xt::layout_type::column_major -DXTENSOR_DEFAULT_TRAVERSAL=xt::layout_type::column_major
// flags: -DXTENSOR_ENABLE_ASSERT -DXTENSOR_ENABLE_CHECK_DIMENSION -DXTENSOR_FORCE_TEMPORARY_MEMORY_IN_ASSIGNMENTS
// flags: -DXTENSOR_USE_XSIMD -DXTENSOR_DEFAULT_ALIGNMENT=32
// expect: pixels 0 0 143, class 1 ; loss 1\.00[0-9]* accuracy 0\.8
#include <lamina/data/drawn_digits.hpp>
#include <lamina/lamina.hpp>

#include <cstdio>
#include <filesystem>

using namespace lamina;

namespace {

int failures = 0;
void check(bool right, const char* what)
{
    std::printf("%s: %s\n", what, right ? "right" : "WRONG");
    failures += !right;
}

using Six = Sequential<Input<6>, Dense<2, Ones>>;
using Image = Sequential<Input<2, 3, 1>, Conv2D<2, Kernel<1>, Ones>>; // each number twice
using Net = Sequential<Input<28, 28, 1>, Flatten, Dense<12, Tanh>, Dense<10, Softmax>>;

struct Both {
    using inputs = Inputs<Input<3>, Input<3>>;
    Dense<2>::on<3> left, right;
    auto operator()(const auto& a, const auto& b) const
    {
        const auto l = left(a), r = right(b);
        return std::tuple{concatenate(l, r), l + r};
    }
};

template <class T, std::size_t Rank> using InRows = xt::xtensor<T, Rank, xt::layout_type::row_major>;

} // namespace

int main(int, char** program)
{
    static_assert(xt::xtensor<float, 2>::static_layout == xt::layout_type::column_major);

    const auto six = build<Six>(Seed{1});
    InRows<float, 2> x = InRows<float, 2>::from_shape({2, 6});
    for (std::size_t i = 0; i < 6; ++i) x(0, i) = 1, x(1, i) = 10;
    const xt::xtensor<float, 2> sums{{6, 6}, {60, 60}};
    check(predict(six, x) == sums, "a batch");
    check(predict(six, x, {.threads = 2}) == sums, "a batch on two threads");
    const xt::xtensor<float, 2> copied = six(x);
    check(copied == sums && copied(0, 1) == 6 && copied(1, 0) == 60, "a batch that is copied into columns");
    check(predict_classes(build<Sequential<Input<6>, Dense<1, Sigmoid, Ones>>>(Seed{1}), x) == xt::xtensor<int, 1>{1, 1},
          "classes");

    const auto image = build<Image>(Seed{1});
    const xt::xtensor_fixed<float, xt::xshape<2, 3, 1>> in_columns{{{1}, {2}, {3}}, {{4}, {5}, {6}}};
    const xt::xtensor<float, 3> twice{{{1, 1}, {2, 2}, {3, 3}}, {{4, 4}, {5, 5}, {6, 6}}};
    check(image(in_columns) == twice, "a sample in columns");
    check(image(in_columns + 1.0f) == twice + 1.0f, "a lazy sample in columns");

    const auto both = build<Both>(Seed{2});
    const InRows<float, 2> a{{1, 2, 3}, {4, 5, 6}}, b{{7, 8, 9}, {1, 0, 1}};
    const auto [joined, sum] = predict(both, std::tuple{a, b});
    const auto [one_joined, one_sum] = both(std::array{4.f, 5.f, 6.f}, std::array{1.f, 0.f, 1.f});
    const auto [all_joined, all_sum] = both(a, b);
    bool right = joined == all_joined && sum == all_sum;
    for (std::size_t k = 0; k < 4; ++k) right = right && joined(1, k) == one_joined(k);
    for (std::size_t k = 0; k < 2; ++k) right = right && sum(1, k) == one_sum(k) && sum(1, k) == joined(1, k) + joined(1, k + 2);
    check(right, "two inputs and two outputs");

    auto digits = drawn_digits(200, Seed{3});
    std::printf("pixels %g %g %g, class %d\n", digits.x(7, 12, 14, 0), digits.x(7, 13, 14, 0), digits.x(7, 14, 13, 0),
                digits.y(7));
    digits.x /= 255;
    auto net = build<Net>(Seed{4});
    auto trainer = compile(net, Adam{.learning_rate = 0.01f}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    trainer.fit(digits, {.epochs = 3, .batch_size = 20, .validation_split = 0.2});
    const auto figures = trainer.evaluate(digits);
    std::printf("loss %.4f accuracy %.3f\n", figures["loss"], figures["sparse_categorical_accuracy"]);

    const std::string own = program[0];
    save(net, own + ".safetensors");
    const auto loaded = load<Net>(own + ".safetensors");
    check(predict(loaded, digits.x) == predict(net, digits.x), "a model that was saved");
    const auto kernel = state(net)[0].variable.view<float>();
    check(kernel(300, 5) == kernel.data()[300 * 16 + 5], "a variable");
    return failures;
}
