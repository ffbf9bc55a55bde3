// lamina/blocks/options.hpp: options are types from disjoint families, in any order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// Every option belongs to exactly one family; a layer names the families it knows.
namespace family {
struct activation {};
struct axes {};
struct beta_constraint {};
struct beta_regularizer {};
struct bias {};
struct bias_constraint {};
struct bias_regularizer {};
struct causal {};
struct center {};
struct counting {};
struct crop {};
struct depth_multiplier {};
struct dilation {};
struct direction {};
struct dropout_rate {};
struct each_row {};
struct epsilon {};
struct forget_bias {};
struct groups {};
struct gamma_constraint {};
struct gamma_regularizer {};
struct given_mean {};
struct given_variance {};
struct initializer {};
struct interpolation {};
struct inversion {};
struct keep_dims {};
struct kernel_constraint {};
struct kernel_regularizer {};
struct kernel_size {};
struct mask {};
struct masked_output {};
struct merge_mode {};
struct momentum {};
struct name {};
struct output_dim {};
struct output_padding {};
struct output_mode {};
struct over_axes {};
struct padding {};
struct pointwise_constraint {};
struct pointwise_initializer {};
struct pointwise_regularizer {};
struct recurrent_activation {};
struct recurrent_constraint {};
struct recurrent_dropout {};
struct recurrent_initializer {};
struct recurrent_regularizer {};
struct reset {};
struct result {};
struct rounding {};
struct scale {};
struct score_mode {};
struct strides {};
struct value_dim {};
} // namespace family

} // namespace protocols

/// The extent of a convolution's kernel: `Kernel<5>` or `Kernel<height, width>`.
template <std::size_t Height, std::size_t Width = Height> struct Kernel {
    using family = protocols::family::kernel_size;
    static constexpr std::size_t height = Height, width = Width;
};

/// The step of a window: `Strides<2>` or `Strides<height, width>`.
template <std::size_t Height, std::size_t Width = Height> struct Strides {
    using family = protocols::family::strides;
    static constexpr std::size_t height = Height, width = Width;
};

/// The distance between a kernel's taps: `Dilation<2>` or `Dilation<height, width>`.
template <std::size_t Height, std::size_t Width = Height> struct Dilation {
    using family = protocols::family::dilation;
    static constexpr std::size_t height = Height, width = Width;
};

/// How many outputs a depthwise convolution has for each channel: `DepthMultiplier<2>`.
template <std::size_t Outputs> struct DepthMultiplier {
    using family = protocols::family::depth_multiplier;
    static constexpr std::size_t value = Outputs;
};

/// Channels in so many groups, each of which has its own part of a convolution's filters: `Groups<2>`.
template <std::size_t Count> struct Groups {
    using family = protocols::family::groups;
    static constexpr std::size_t value = Count;
};

/// The window stays inside its input (Keras's "valid").
struct Valid {
    using family = protocols::family::padding;
    static constexpr std::string_view name = "valid";
};

/// The input is padded so that output = ceil(input / stride); an odd rest goes to the bottom and the right (Keras's "same").
struct Same {
    using family = protocols::family::padding;
    static constexpr std::string_view name = "same";
};

/// The input gets so many zeros on both sides of an axis: `Padding<1>` or `Padding<height, width>` (PyTorch's padding).
template <std::size_t Height, std::size_t Width = Height> struct Padding {
    using family = protocols::family::padding;
    static constexpr std::size_t height = Height, width = Width;
};

/// A step sees itself and the steps before it: all padding of a sequence lies at its beginning (Keras's "causal").
struct Causal {
    using family = protocols::family::padding;
    static constexpr std::string_view name = "causal";
};

/// What a transposed convolution adds to its output at the bottom and the right, where several extents lead to its input:
/// `OutputPadding<1>` or `OutputPadding<height, width>`.
template <std::size_t Height, std::size_t Width = Height> struct OutputPadding {
    using family = protocols::family::output_padding;
    static constexpr std::size_t height = Height, width = Width;
};

/// The layer learns no bias.
struct NoBias {
    using family = protocols::family::bias;
};

/// A Dense works on the last axis of an input of any rank, and on each row alike.
struct EachRow {
    using family = protocols::family::each_row;
};

/// The initializer of the bias, `Bias<Ones>`; Zeros where it is not given.
template <class Initializer> struct Bias {
    using family = protocols::family::bias;
    using initializer = Initializer;
};

/// What a normalization adds to a variance before its root is taken: `Epsilon<1e-5>`.
template <internals::fraction Value> struct Epsilon {
    using family = protocols::family::epsilon;
    static constexpr double value = Value.value();
};

/// A normalization goes over the last so many axes: `Axes<2>`.
template <std::size_t Count> struct Axes {
    using family = protocols::family::axes;
    static constexpr std::size_t count = Count;
};

/// How much of a moving mean stays in a step: `Momentum<0.9>`, in [0, 1].
template <internals::fraction Value> struct Momentum {
    using family = protocols::family::momentum;
    static constexpr double value = Value.value();
};

/// A normalization learns no beta, which it would add.
struct NoCenter {
    using family = protocols::family::center;
};

/// A normalization learns no gamma, with which it would multiply; an AdditiveAttention no scale.
struct NoScale {
    using family = protocols::family::scale;
};

/// An Attention learns a number that its scores are multiplied with (Keras's use_scale).
struct UseScale {
    using family = protocols::family::scale;
};

/// How an Attention compares a query and a key: by their product, or by the sum of what tanh gives for both together (Keras's score_mode).
struct DotScore {
    using family = protocols::family::score_mode;
    static constexpr std::string_view name = "dot";
};
struct ConcatScore {
    using family = protocols::family::score_mode;
    static constexpr std::string_view name = "concat";
};

/// Axes over which a mean, a sum or their kin is taken stay, with extent 1 (Keras's keepdims).
struct KeepDims {
    using family = protocols::family::keep_dims;
};

/// A pooling rounds its number of windows up: a last one that is cut off counts, too (PyTorch's ceil_mode).
struct CeilMode {
    using family = protocols::family::rounding;
};

/// The zeros of its padding are part of a mean (PyTorch's count_include_pad).
struct CountIncludePad {
    using family = protocols::family::counting;
};

/// How an image of another size is made of one: each pixel is the nearest one of the input.
struct Nearest {
    using family = protocols::family::interpolation;
    static constexpr std::string_view name = "nearest";
};

/// Each pixel is a mean of the four around it, the nearer one weighing more.
struct Bilinear {
    using family = protocols::family::interpolation;
    static constexpr std::string_view name = "bilinear";
};

/// A Resizing of the largest part in the middle that has the proportions wanted, so that nothing is distorted.
struct CropToAspectRatio {
    using family = protocols::family::crop;
};

/// A recurrent layer gives its output of every step, not of the last one alone (Keras's return_sequences).
struct ReturnSequences {
    using family = protocols::family::result;
};

/// The activation of a recurrent layer's gates: `RecurrentActivation<HardSigmoid<>>`.
template <class A> struct RecurrentActivation {
    using family = protocols::family::recurrent_activation;
    using activation = A;
};

/// The initializer of a recurrent layer's recurrent kernel: `RecurrentInitializer<GlorotUniform>`.
template <class Initializer> struct RecurrentInitializer {
    using family = protocols::family::recurrent_initializer;
    using initializer = Initializer;
};

/// A recurrent layer that begins with a sequence's last step (Keras's go_backwards); its outputs are in the order of its steps.
struct Backwards {
    using family = protocols::family::direction;
};

/// A recurrent layer whose output of a step that is masked is zero, where otherwise the one before is repeated (Keras's
/// zero_output_for_mask); without ReturnSequences too: where the last step is masked, the output is zero.
struct ZeroOutputForMask {
    using family = protocols::family::masked_output;
};

/// A GRU whose reset gate meets the output before it meets the recurrent kernel (Keras's reset_after=False).
struct ResetBefore {
    using family = protocols::family::reset;
};

/// An LSTM whose forget gate's bias begins as the others do (Keras's unit_forget_bias=False).
struct NoUnitForgetBias {
    using family = protocols::family::forget_bias;
};

/// The initializer of a separable convolution's pointwise kernel: `PointwiseInitializer<HeNormal>`.
template <class Initializer> struct PointwiseInitializer {
    using family = protocols::family::pointwise_initializer;
    using initializer = Initializer;
};

/// An Embedding whose index 0 is no step of a sequence (Keras's mask_zero).
struct MaskZero {
    using family = protocols::family::mask;
};

/// An attention in which a step sees itself and the steps before it, and none behind (Keras's use_causal_mask).
struct CausalMask {
    using family = protocols::family::causal;
};

/// The width of a head's values (Keras's value_dim), and that of an attention's output (Keras's output_shape).
template <std::size_t Width> struct ValueDim {
    using family = protocols::family::value_dim;
    static constexpr std::size_t width = Width;
};
template <std::size_t Width> struct OutputDim {
    using family = protocols::family::output_dim;
    static constexpr std::size_t width = Width;
};

/// Inside of a layer training zeroes this part of what it weighs its inputs with (Keras's argument dropout): `DropoutRate<0.1>`.
template <internals::fraction Rate> struct DropoutRate {
    using family = protocols::family::dropout_rate;
    static constexpr internals::fraction rate = Rate;
};

/// The same of what a recurrent layer weighs its own output with (Keras's argument recurrent_dropout).
template <internals::fraction Rate> struct RecurrentDropoutRate {
    using family = protocols::family::recurrent_dropout;
    static constexpr internals::fraction rate = Rate;
};

/// The name of a layer in paths: `Name<"stem">` makes `stem/kernel` of `0/kernel`.
template <internals::text Text> struct Name {
    using family = protocols::family::name;
    static constexpr std::string_view value = Text.view();
};

namespace protocols {

/// Why a layer cannot take an option; compilers print the enumerator.
enum class option_is {
    fine,
    unknown_to_this_layer,
    of_a_family_that_is_given_twice,
    changes_the_shape_and_stands_behind_the_layer_as_Activation_of_it,
};

} // namespace protocols

namespace internals {

template <class T> struct tag {
    using type = T;
};

template <class Option, class Family> inline constexpr bool belongs = false;
template <class Option, class Family>
    requires requires { typename Option::family; }
inline constexpr bool belongs<Option, Family> = std::is_same_v<typename Option::family, Family>;

template <class Family, class Found> struct pick {
    using type = Found;
    template <class Option>
    friend auto operator+(pick, tag<Option>) -> pick<Family, std::conditional_t<belongs<Option, Family>, Option, Found>>;
};

} // namespace internals

namespace protocols {

/// The option of `Family` among `Options`, or `Default`.
template <class Family, class Default, class... Options>
using chosen = typename decltype((internals::pick<Family, Default>{} + ... + internals::tag<Options>{}))::type;

/// The families a layer knows.
template <class... Family> struct families {};

/// What is wrong with a layer's options: an option that it does not know, or a family that is given twice.
template <class Known, class... Options> struct check_options;

template <class... Known, class... Options> struct check_options<families<Known...>, Options...> {
private:
    template <class Option> static constexpr option_is judge()
    {
        const auto known = []<class Family>(internals::tag<Family>) { return internals::belongs<Option, Family>; };
        if (!(known(internals::tag<Known>{}) || ...)) return option_is::unknown_to_this_layer;
        std::size_t given = 0;
        const auto count = [&]<class Family>(internals::tag<Family>) {
            if (internals::belongs<Option, Family>) ((given += internals::belongs<Options, Family>), ...);
        };
        (count(internals::tag<Known>{}), ...);
        if (requires { Option::halves; }) return option_is::changes_the_shape_and_stands_behind_the_layer_as_Activation_of_it;
        return given > 1 ? option_is::of_a_family_that_is_given_twice : option_is::fine;
    }

    static constexpr std::size_t first_refused = [] {
        std::size_t at = 0;
        (void)((judge<Options>() == option_is::fine ? (++at, true) : false) && ...);
        return at;
    }();

public:
    static constexpr bool fine = first_refused == sizeof...(Options);
    using offender = std::tuple_element_t<first_refused, std::tuple<Options..., void>>;
    static constexpr option_is answer = [] {
        if constexpr (fine) return option_is::fine;
        else return judge<offender>();
    }();
};

/// A layer's options are fine, or it has none.
template <class L> inline constexpr bool options_fit = true;
template <class L>
    requires requires { L::options::fine; }
inline constexpr bool options_fit<L> = L::options::fine;

} // namespace protocols

}} // namespace lamina
