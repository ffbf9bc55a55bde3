// lamina/lite/network.hpp: what a TensorFlow Lite file says, in plain structs: the reader makes them, passes change them, the writer and
// the interpreter take them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/lite/format/codes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace lite {

/// How the whole numbers of a tensor stand for real ones: real = scale · (number - zero_point). One scale for all of the tensor, or one for
/// each index along `axis`; none where the tensor is not quantized.
struct Quantization {
    std::vector<float> scale{};
    std::vector<std::int64_t> zero_point{}; ///< as many as scales
    std::size_t axis = 0;
};

} // namespace lite

namespace internals::tflite {

/// The bytes of a constant and what keeps them alive. A copy shares them. They start at any address: read them by `memcpy`.
struct Constant {
    std::shared_ptr<const void> owner{};
    std::span<const std::byte> bytes{};
};

/// A constant that owns a copy of some numbers.
template <class T> [[gnu::cold, gnu::flatten]] Constant constant_of(const T* numbers, std::size_t count)
{
    const std::shared_ptr<std::byte[]> room(new std::byte[count * sizeof(T) + 1]);
    if (count > 0) std::memcpy(room.get(), numbers, count * sizeof(T));
    return {room, {room.get(), count * sizeof(T)}};
}
template <class T> [[gnu::cold, gnu::flatten]] Constant constant_of(const std::vector<T>& numbers)
{
    return constant_of(numbers.data(), numbers.size());
}

inline constexpr std::size_t most_axes = 8;

/// A tensor of a subgraph.
struct Tensor {
    std::string name{};
    dtype type = dtype::float32;
    std::vector<std::size_t> shape{};        ///< as far as the file knows; 1 where an extent is free
    std::vector<std::ptrdiff_t> signature{}; ///< the shape with -1 where an extent is free; empty where none is
    lite::Quantization quantization{};
    Constant data{}; ///< of a constant its numbers, little-endian
    bool is_constant = false;
    bool is_variable = false; ///< it keeps its numbers between two runs

    std::size_t size() const
    {
        std::size_t n = 1;
        for (const std::size_t extent : shape) n *= extent;
        return n;
    }
};

/// Where windows lie at the border of an image.
enum class padding_kind : std::uint8_t {
    same = 0,
    valid = 1,
    given = 2, ///< `pads` says it: no file has this, a join of PAD with a convolution makes it
};

/// What happens to a result before it is written. In files no convolution or dense layer has tanh: a join gives it to those of floats.
enum class fused : std::uint8_t { none = 0, relu = 1, relu_n1_to_1 = 2, relu6 = 3, tanh = 4, sign_bit = 5 };

/// What the options of all operators say. An operator reads those that are its own, under the names of the format.
struct Options {
    padding_kind padding = padding_kind::same;
    fused activation = fused::none;
    std::int32_t stride_width = 0, stride_height = 0, dilation_width = 1, dilation_height = 1, depth_multiplier = 0;
    std::int32_t filter_width = 0, filter_height = 0; ///< of a pooling
    std::array<std::int32_t, 4> pads{};               ///< top, bottom, left, right, where the padding is given
    std::int32_t axis = 0, batch_dims = 0, count = 0; ///< `count` of SPLIT, PACK, UNPACK
    std::int32_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
    std::int32_t type = 0;                    ///< of a result: the number of the format
    std::int32_t condition = 0, body = 0;     ///< of WHILE: subgraphs
    std::int32_t mirror_mode = 0;             ///< of MIRROR_PAD: 0 REFLECT, 1 SYMMETRIC
    float beta = 0, alpha = 0;                ///< of SOFTMAX, of LEAKY_RELU
    float cell_clip = 0, projection_clip = 0; ///< of an LSTM; 0: not clipped
    bool keep_dims = false;                   ///< of a reduction; of a dense layer `keep_num_dims`
    bool asymmetric_inputs = false, weights_shuffled = false, time_major = false, diagonal = false;
    bool align_corners = false, half_pixel_centers = false, offset = false, approximate = false;
    bool adjoint_x = false, adjoint_y = false;
    bool averages = false; ///< of a convolution: 2×2 averages of its results are written; no file has this, a join makes it
    std::vector<std::int32_t> new_shape{}, squeeze_dims{};
};

inline constexpr std::ptrdiff_t absent = -1; ///< an input that is left out

/// A yes or no in a list. (The functions of std::vector<bool> would be shared by all objects of a program, whatever their instruction sets.)
struct Mark {
    bool set = false;
};

/// One step of a computation.
struct Operator {
    code op = code::add;
    std::size_t number = 0; ///< in the subgraph of the file, for sentences; the interpreter sets it
    std::int32_t version = 1;
    std::vector<std::ptrdiff_t> inputs{}; ///< tensors of the subgraph, or `absent`
    std::vector<std::size_t> outputs{};
    Options options{};
    std::vector<std::ptrdiff_t>
        intermediates{}; ///< tensors that only say how an int8 LSTM scales what it computes within; or `absent`
};

struct Subgraph {
    std::string name{};
    std::vector<Tensor> tensors{};
    std::vector<std::size_t> inputs{}, outputs{};
    std::vector<Operator> operators{}; ///< in an order in which they can be run
};

/// The names under which a program gives and takes the tensors of a subgraph.
struct Signature {
    std::string key{};
    std::vector<std::pair<std::string, std::size_t>> inputs{}, outputs{};
    std::size_t subgraph = 0;
};

/// A file. The first subgraph is what is run, the others are bodies and conditions of loops. What the interpreter is given has been
/// checked (check.hpp): indices are in range, each tensor is written once and before it is read, constants have the bytes of their shape.
struct Network {
    std::string source{}; ///< a path or "bytes", for sentences
    std::string description{};
    std::vector<Subgraph> subgraphs{};
    std::vector<Signature> signatures{};
    std::vector<std::pair<std::string, Constant>> metadata{};
};

} // namespace internals::tflite

}} // namespace lamina
