// A layer of one's own, with weights: written, checked against differences, trained in a Sequential and in a struct.
#include <lamina/data/drawn_digits.hpp>
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

using namespace lamina;
using namespace lamina::protocols;

/// y = x where x > 0, slope · x elsewhere. Every channel learns its slope.
struct LearnedRelu {
    static constexpr std::string_view kind = "LearnedRelu";

    static constexpr verdict accept(Shape in) { return in.rank > 0 ? accepts(in) : refuses(misfit::needs_at_least_rank_1); }

    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = LearnedRelu;
        static constexpr Shape input = In, output = In;
        static constexpr std::size_t channels = In.back();

        Variable<T, Shape{channels}> slope;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i] > 0 ? x[i] : slope.data()[i % channels] * x[i];
        }

        void backward(Mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) {
                if (x[i] <= 0) gradient.slope.data()[i % channels] += x[i] * dy[i];
                if (dx) dx[i] = x[i] > 0 ? dy[i] : slope.data()[i % channels] * dy[i];
            }
        }

        /// The same of tensors, for derivatives of second order.
        template <class X, class With> X compose(const With& with, const X& x) const
        {
            return where(greater(x, 0), x, with(slope) * x);
        }

        auto operator()(const auto& x) const { return call(*this, x); }
    };

    template <auto... In> using on = bound<LearnedRelu, float, Input<In...>>;
};

using Row = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Strides<2>>, LearnedRelu, Flatten, Dense<10, Softmax>>;

struct Digits {
    Sequential<Input<28, 28, 1>, Flatten, Dense<32>> stem;
    LearnedRelu::on<32> bend;
    Dense<32>::on<32> mix;
    Dense<10, Softmax>::on<32> head;

    auto operator()(const auto& x) const
    {
        auto h = bend(stem(x));
        return head(h + bend(mix(h)));
    }
};

std::vector<double*> numbers_of(auto& model)
{
    std::vector<double*> numbers;
    for_each_variable(model, [&](auto& variable) {
        variable.storage()->template for_each<double>([&](double& number) { numbers.push_back(&number); });
    });
    return numbers;
}

/// The largest difference between a gradient and the central difference of the loss, for a model of double.
template <class M> double gradient_error()
{
    Samples data{xt::xtensor<double, 2>::from_shape({7, M::input.size()}), xt::xtensor<double, 2>({7, M::output.size()}, 0.)};
    for (std::size_t i = 0; i < data.x.size(); ++i) data.x.data()[i] = std::sin(12.9898 * double(i));

    auto model = build<M>(Seed{3}), stepped = clone(model);
    compile(stepped, SGD{.learning_rate = 1}, MeanSquaredError{}).fit(data, {.epochs = 1}); // goes along the gradient, once

    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    const auto numbers = numbers_of(model), after = numbers_of(stepped);
    double largest = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double before = *numbers[i], gradient = before - *after[i];
        const auto loss_at = [&](double number) {
            *numbers[i] = number;
            return trainer.evaluate(data)["loss"];
        };
        const double difference = (loss_at(before + 1e-5) - loss_at(before - 1e-5)) / 2e-5;
        *numbers[i] = before;
        largest = std::max(largest, std::abs(gradient - difference));
    }
    return largest;
}

int main()
{
    // What is before the layer learns from its dx, what is inside from its gradient.
    using Small = Sequential<Input<5>, Dense<6>, LearnedRelu, Dense<3>>;
    const double off = gradient_error<Small::as<double>>();
    std::cout << "The gradients are off by " << off << '\n';
    if (!(off < 1e-8)) return 1;

    auto train = drawn_digits(4000, Seed{1}), test = drawn_digits(1000, Seed{2});
    train.x /= 255.f;
    test.x /= 255.f;
    auto row = build<Row>(Seed{1});
    std::cout << summary(row);
    auto trainer = compile(row, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 15});
    std::cout << trainer.evaluate(test) << '\n';
    std::cout << "Slope 0 became " << row.layer<1>().slope.data()[0] << '\n';

    auto digits = build<Digits>(Seed{1});
    std::cout << summary(digits);
    auto another = compile(digits, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    another.fit(train, {.epochs = 15});
    std::cout << another.evaluate(test) << '\n';
}
