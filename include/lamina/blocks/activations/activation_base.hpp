// lamina/blocks/activations/activation_base.hpp: what lamina's own activations have in common.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What an activation's derivative is computed from.
enum class reads { output, input };

/// What a block ends in, as far as a loss has to know. Softmax and sigmoid are seen through; `numbers` are certainly no
/// probabilities (linear, tanh, relu ...); `none`: nothing is known.
enum class output_activation { none, softmax, sigmoid, hard_sigmoid, log_softmax, numbers };

} // namespace protocols

namespace internals {

/// It is an option of a layer, and its functions take plain numbers as well as registers.
template <protocols::reads From, protocols::output_activation End = protocols::output_activation::none> struct activation_base {
    using family = protocols::family::activation;
    static constexpr protocols::reads derivative = From;
    static constexpr protocols::keeps kept =
        From == protocols::reads::output ? protocols::keeps::output : protocols::keeps::inputs;
    static constexpr protocols::output_activation ends_in = End;
    static constexpr bool takes_numbers = true;
};

/// The bases of most of them: what they give is certainly no probability.
using from_output = activation_base<protocols::reads::output, protocols::output_activation::numbers>;
using from_input = activation_base<protocols::reads::input, protocols::output_activation::numbers>;

} // namespace internals

}} // namespace lamina
