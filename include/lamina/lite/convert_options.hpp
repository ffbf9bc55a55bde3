// lamina/lite/convert_options.hpp: how a model is written as a TensorFlow Lite file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/passes/integer_forms.hpp>
#include <lamina/trace/inputs.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {
namespace lite {

/// How the numbers of a file are stored, and computed with.
///
/// none           float32, as the model has them
/// float16        weights of 16 bits, which the interpreter widens when it prepares; a file of half the size
/// dynamic_range  large weights of 8 bits, and inputs of their operators quantized when they are read; the rest in float
/// full_integer   8 bits throughout, by ranges that samples have shown
enum class Optimize { none, float16, dynamic_range, full_integer };

/// The numbers and the shape of an xtensor of float: nothing is copied, so what it refers to has to stay. The first axis is the samples.
class TensorView {
public:
    TensorView() = default;
    template <class X>
        requires(requires(const X& x) { x.storage(); } && internals::LiesInOneRow<X> &&
                 std::is_same_v<std::remove_cv_t<typename X::value_type>, float>)
    TensorView(const X& x) : numbers(x.data()), extents(x.shape().begin(), x.shape().end())
    {}

    bool empty() const { return numbers == nullptr || size() == 0; }
    std::size_t size() const
    {
        std::size_t n = extents.empty() ? 0 : 1;
        for (const std::size_t extent : extents) n *= extent;
        return n;
    }
    std::size_t samples() const { return extents.empty() ? 0 : extents[0]; }
    const float* data() const { return numbers; }
    const std::vector<std::size_t>& shape() const { return extents; }

private:
    const float* numbers = nullptr;
    std::vector<std::size_t> extents{};
};

/// How a model is converted.
///
/// Example  const lite::ConvertOptions smaller{.optimizations = lite::Optimize::dynamic_range};
struct ConvertOptions {
    Optimize optimizations = Optimize::none;
    TensorView representative = {};               ///< samples that are like those to come; full_integer needs some
    std::vector<TensorView> representatives = {}; ///< the same of a model with several inputs, one for each
    bool integer_input_output = false;            ///< full_integer: int8 at the border instead of float
    bool dense_per_channel = true;                ///< false: one scale for a dense layer, for runtimes before 2.17
    std::size_t quantize_from = 1024;             ///< elements that a weight needs to become 8 bits in dynamic_range
    std::string description = "lamina", signature = "serving_default";
    std::span<const OwnLayer> layers = {}; ///< how layers of one's own are written, before all others
};

} // namespace lite

namespace internals::tflite {

/// Finds ranges by running a network: what passes/calibrate.hpp does, which brings the interpreter. Null in programs that only convert.
inline std::vector<Range> (*calibration)(const Network& network, std::span<const lite::TensorView> inputs) = nullptr;

} // namespace internals::tflite

}} // namespace lamina
