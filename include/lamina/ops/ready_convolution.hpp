// lamina/ops/ready_convolution.hpp: a convolution for images of one shape, with weights as records store them, over a list of pixels.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/kernels/convolution_list.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/ops/entry.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// Of one group, in float. The rows of a record are those that the kernels read: [height, width, channels] rows of filters.
///
/// Numerics   those of kernels/convolution_list.hpp, or of kernels/matmul.hpp where one window covers the image.
class ReadyConvolution final : public ReadyOp {
public:
    /// Null where other numbers or weights are meant.
    [[gnu::cold]] static std::shared_ptr<ReadyOp> make(const kernels::convolution_sizes& s, std::size_t n, const record& w)
    {
        const std::size_t reach = std::max(kernels::field_size(s), s.height * s.width * s.channels);
        if (w.type() != dtype::float32 || w.as().in_row != 1 || s.groups != 1 || s.filters == 1 ||
            reach > std::numeric_limits<std::uint32_t>::max())
            return nullptr;
        return std::make_shared<ReadyConvolution>(s, n);
    }

    ReadyConvolution(const kernels::convolution_sizes& s, std::size_t n)
        : images(n), taps(s.kernel_height * s.kernel_width * s.channels),
          covers(s.out_height * s.out_width == 1 && s.dilation_height * s.dilation_width == 1 && s.kernel_height == s.height &&
                 s.kernel_width == s.width && kernels::field_size(s) == 0),
          list(kernels::list_of(s)), places(list.pixels + kernels::list_room), field(kernels::field_size(s)),
          bias_room(padded<float>(s.filters) + 16)
    {
        kernels::list_places(s, places.data());
        std::fill_n(bias_room.data(), bias_room.size(), 0.f);
        list.from = places.data();
    }

    void run(const AnyTensor& from, const record& weights, const AnyTensor* bias, const AnyTensor& to) override
    {
        const kernels::convolution_sizes& s = list.sizes;
        const float *x = from.numbers<float>(), *const w = weights.data<float>();
        float* y = to.numbers<float>();
        if (covers)
            return kernels::dense_forward(x, w, bias ? bias->numbers<float>() : nullptr, y, images,
                                          kernels::dense_sizes{taps, s.filters});
        if (bias) std::copy_n(bias->numbers<float>(), s.filters, bias_room.data());
        constexpr float endless = std::numeric_limits<float>::infinity();
        const std::size_t image = s.height * s.width * s.channels, result = list.pixels * s.filters;
        for (std::size_t i = 0; i < images; ++i, x += image, y += result) {
            if (field.size() > 0) kernels::pad_image(x, field.data(), s);
            kernels::list_forward(field.size() > 0 ? field.data() : x, w, bias_room.data(), y, list, 0, list.pixels,
                                  {-endless, endless});
        }
    }

private:
    std::size_t images, taps;
    bool covers; ///< one window is all of the image
    kernels::pixel_list list;
    Aligned<std::uint32_t> places;
    Aligned<float> field, bias_room; ///< the bias with a register behind it
};

}}} // namespace lamina::internals::tensors
