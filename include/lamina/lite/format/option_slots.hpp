// lamina/lite/format/option_slots.hpp: where the options of operators lie in a TensorFlow Lite file: one list to read and to write them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/network.hpp>

#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// One option: the kind of table, the number of its field, the member of `Options` that holds it, and how it is stored.
struct OptionSlot {
    enum class form : std::uint8_t { padding, activation, byte, whole, real, truth, list };

    std::uint8_t kind, number;
    form stored;
    std::int32_t otherwise = 0; ///< what a file leaves out
    union {
        padding_kind Options::* padding;
        fused Options::* activation;
        std::int32_t Options::* whole; ///< in four bytes, or, as a type or a mode is, in one
        float Options::* real;
        bool Options::* truth;
        std::vector<std::int32_t> Options::* list;
    };

    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, padding_kind Options::* m)
        : kind(k), number(n), stored(form::padding), padding(m)
    {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, fused Options::* m)
        : kind(k), number(n), stored(form::activation), activation(m)
    {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, std::int32_t Options::* m, std::int32_t o = 0)
        : kind(k), number(n), stored(form::whole), otherwise(o), whole(m)
    {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, std::int32_t Options::* m, form f)
        : kind(k), number(n), stored(f), whole(m)
    {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, float Options::* m) : kind(k), number(n), stored(form::real), real(m) {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, bool Options::* m) : kind(k), number(n), stored(form::truth), truth(m) {}
    constexpr OptionSlot(std::uint8_t k, std::uint8_t n, std::vector<std::int32_t> Options::* m)
        : kind(k), number(n), stored(form::list), list(m)
    {}
};

/// Source: the tables …Options of TensorFlow Lite's public schema, version 3; `kind` is their number in the union BuiltinOptions. What is
/// not listed says nothing to these operators: types of biases, of a CAST's input, the ADD of scales that are powers of two.
inline constexpr OptionSlot option_slots[] = {
    // Conv2DOptions
    {1, 0, &Options::padding},
    {1, 1, &Options::stride_width},
    {1, 2, &Options::stride_height},
    {1, 3, &Options::activation},
    {1, 4, &Options::dilation_width, 1},
    {1, 5, &Options::dilation_height, 1},
    // DepthwiseConv2DOptions
    {2, 0, &Options::padding},
    {2, 1, &Options::stride_width},
    {2, 2, &Options::stride_height},
    {2, 3, &Options::depth_multiplier},
    {2, 4, &Options::activation},
    {2, 5, &Options::dilation_width, 1},
    {2, 6, &Options::dilation_height, 1},
    // Pool2DOptions
    {5, 0, &Options::padding},
    {5, 1, &Options::stride_width},
    {5, 2, &Options::stride_height},
    {5, 3, &Options::filter_width},
    {5, 4, &Options::filter_height},
    {5, 5, &Options::activation},
    // FullyConnectedOptions
    {8, 0, &Options::activation},
    {8, 1, &Options::weights_shuffled},
    {8, 2, &Options::keep_dims},
    {8, 3, &Options::asymmetric_inputs},
    // SoftmaxOptions, ConcatenationOptions, AddOptions, L2NormOptions
    {9, 0, &Options::beta},
    {10, 0, &Options::axis},
    {10, 1, &Options::activation},
    {11, 0, &Options::activation},
    {12, 0, &Options::activation},
    // ResizeBilinearOptions, whose first two fields are no longer in use
    {15, 2, &Options::align_corners},
    {15, 3, &Options::half_pixel_centers},
    // ReshapeOptions, MulOptions, GatherOptions, ReducerOptions, SubOptions, DivOptions, SqueezeOptions
    {17, 0, &Options::new_shape},
    {21, 0, &Options::activation},
    {23, 0, &Options::axis},
    {23, 1, &Options::batch_dims},
    {27, 0, &Options::keep_dims},
    {28, 0, &Options::activation},
    {29, 0, &Options::activation},
    {30, 0, &Options::squeeze_dims},
    // StridedSliceOptions
    {32, 0, &Options::begin_mask},
    {32, 1, &Options::end_mask},
    {32, 2, &Options::ellipsis_mask},
    {32, 3, &Options::new_axis_mask},
    {32, 4, &Options::shrink_axis_mask},
    {32, 5, &Options::offset},
    // SplitOptions, CastOptions, ArgMaxOptions, TransposeConvOptions
    {35, 0, &Options::count},
    {37, 1, &Options::type, OptionSlot::form::byte},
    {40, 0, &Options::type, OptionSlot::form::byte},
    {49, 0, &Options::padding},
    {49, 1, &Options::stride_width},
    {49, 2, &Options::stride_height},
    {49, 3, &Options::activation},
    // ShapeOptions, PackOptions, UnpackOptions
    {55, 0, &Options::type, OptionSlot::form::byte},
    {59, 0, &Options::count},
    {59, 1, &Options::axis},
    {64, 0, &Options::count},
    {64, 1, &Options::axis},
    // UnidirectionalSequenceLSTMOptions
    {71, 0, &Options::activation},
    {71, 1, &Options::cell_clip},
    {71, 2, &Options::projection_clip},
    {71, 3, &Options::time_major},
    {71, 4, &Options::asymmetric_inputs},
    {71, 5, &Options::diagonal},
    // ResizeNearestNeighborOptions, LeakyReluOptions, MirrorPadOptions, SplitVOptions, WhileOptions, BatchMatMulOptions, GeluOptions
    {74, 0, &Options::align_corners},
    {74, 1, &Options::half_pixel_centers},
    {75, 0, &Options::alpha},
    {77, 0, &Options::mirror_mode, OptionSlot::form::byte},
    {79, 0, &Options::count},
    {93, 0, &Options::condition},
    {93, 1, &Options::body},
    {101, 0, &Options::adjoint_x},
    {101, 1, &Options::adjoint_y},
    {101, 2, &Options::asymmetric_inputs},
    {116, 0, &Options::approximate},
};

}}} // namespace lamina::internals::tflite
