// The models of tests/programs/firmware.cpp, as a firmware's own header declares them, and numbers for them.
#pragma once

#include <lamina/core/parts.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

#include <cstddef>

namespace firmware {

using Eye =
    lamina::Sequential<lamina::Input<8, 8, 1>, lamina::Conv2D<3, lamina::Kernel<3>, lamina::Same, lamina::Tanh>,
                       lamina::BatchNormalization<>, lamina::AveragePooling2D<2>,
                       lamina::Conv2D<5, lamina::Kernel<3>, lamina::Relu>, lamina::Flatten, lamina::Dense<4, lamina::Softmax>>;

struct Twice {
    using input = lamina::Input<3>;
    lamina::Dense<5, lamina::Tanh>::on<3> first;
    lamina::Dense<5>::on<5> mixed;
    lamina::Dense<2>::on<5> last;

    auto operator()(const auto& x) const
    {
        auto h = first(x);
        return last(h + mixed(h));
    }
};

/// Makes a model whose numbers are the same on every machine.
template <class M> M filled()
{
    M model{};
    std::size_t at = 0;
    lamina::for_each_variable(model, [&](auto& variable) {
        variable.make("filled");
        variable.storage()->template for_each<float>([&](float& number) {
            number = static_cast<float>(at * 37 % 101) / 128 - (variable.as.observed ? -0.5f : 0.375f);
            ++at;
        });
    });
    return model;
}

} // namespace firmware
