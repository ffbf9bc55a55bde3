// lamina/training/losses/crossentropy.hpp: what the cross-entropies share: Keras's clipping, softmax, logits.
//
// `t(i)` is the target probability of class i, smoothed. Gradients are those of the value as it stands, for any Σt, so that
// a row of zeros (no label) pulls nowhere.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::losses {

/// A probability between Keras's bounds, 1e-7 and 1 - 1e-7. As with TensorFlow, nothing flows back through one that was
/// clipped. NaN stays NaN.
template <class T> struct clipped {
    static constexpr T low = static_cast<T>(1e-7), high = static_cast<T>(1 - 1e-7);

    T value;
    bool inside;

    explicit clipped(T p)
        : value(is_nan(p)  ? p
                : p < low  ? low
                : p > high ? high
                           : p),
          inside(is_nan(p) || (!(p < low) && !(p > high)))
    {}
};

/// The same of tensors; and targets that are smoothed, of so many classes.
template <class X> X composed_clip(const X& p) { return clip_by_value(p, clipped<double>::low, clipped<double>::high); }
template <class X> X smoothed(const X& t, float by, std::size_t classes)
{
    return by == 0 ? t : X(t * (1 - static_cast<double>(by)) + static_cast<double>(by) / static_cast<double>(classes));
}

/// −Σ t·log p where p = softmax(z), and the gradient of the logits z, p·Σt − t. −log p is the distance of a logit to the largest
/// one, less the logarithm of the largest probability; where that is near 1, it comes from the sum of the others. So the value is
/// right however small or large it is.
template <class T, class Target>
T crossentropy_of_softmax(const T* p, const T* z, const Target& t, std::size_t width, T* gradient, T scale)
{
    std::size_t top = 0;
    for (std::size_t i = 1; i < width; ++i)
        if (z[i] > z[top]) top = i;
    T value = 0, total = 0, others = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const T wanted = t(i);
        if (wanted != 0) value += wanted * (z[top] - z[i]);
        total += wanted;
        if (i != top) others += p[i];
    }
    value -= total * (p[top] < T(0.5) ? std::log(p[top]) : std::log1p(-others));
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) gradient[i] = scale * (p[i] * total - t(i));
    return value;
}

/// −Σ t·log softmax(x), through the logarithm of the sum of exponentials less the largest. Compiled for size: its time is that of
/// std::exp, whatever is done about the rest.
template <class T, class Target>
[[gnu::cold]] T crossentropy_of_logits(const T* x, const Target& t, std::size_t width, T* gradient, T scale)
{
    if (width == 0) return 0;
    const std::size_t top = static_cast<std::size_t>(std::max_element(x, x + width) - x);
    const T largest = x[top];
    T others = 0; // the largest adds 1 to them
    for (std::size_t i = 0; i < width; ++i)
        if (i != top) others += std::exp(x[i] - largest);
    const T log_sum = std::log1p(others), sum = 1 + others;

    T value = 0, total = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const T wanted = t(i);
        if (wanted != 0) value += wanted * (log_sum - (x[i] - largest));
        total += wanted;
    }
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) gradient[i] = scale * (std::exp(x[i] - largest) / sum * total - t(i));
    return value;
}

/// 1 / Σx. A sum of nothing has no probabilities: all count as zero, which is clipped. The limit keeps every gradient finite.
template <class T> T share_of_sum(T sum)
{
    constexpr T nothing = std::numeric_limits<T>::min() / clipped<T>::low;
    return std::abs(sum) < nothing ? T(0) : 1 / sum;
}

/// x / Σx of tensors.
template <class X> X composed_shares(const X& x)
{
    const X sum = reduce_sum(x, {-1}, true), nothing = equal(sum, 0);
    return where(nothing, zeros_like(x), x / where(nothing, 1, sum));
}

/// −Σ t·log(x / Σx), each quotient clipped: Keras's categorical form. Compiled for size, as the one of logits is.
template <class T, class Target>
[[gnu::cold]] T crossentropy_of_shares(const T* x, const Target& t, std::size_t width, T* gradient, T scale)
{
    T sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += x[i];
    const T share = share_of_sum(sum);

    T value = 0, total = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const T wanted = t(i);
        if (wanted == 0) continue;
        const clipped<T> p(x[i] * share);
        value -= wanted * std::log(p.value);
        if (p.inside) total += wanted;
    }
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) {
            const clipped<T> p(x[i] * share);
            gradient[i] = scale * share * (total - (p.inside ? t(i) / p.value : T(0)));
        }
    return value;
}

/// −Σ t·log(x / Σx), where x was clipped: Keras's sparse form. Compiled for size, as the one of logits is.
template <class T, class Target>
[[gnu::cold]] T crossentropy_of_clipped(const T* x, const Target& t, std::size_t width, T* gradient, T scale)
{
    T value = 0, sum = 0, total = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const clipped<T> p(x[i]);
        const T wanted = t(i);
        if (wanted != 0) value -= wanted * std::log(p.value);
        sum += p.value;
        total += wanted;
    }
    if (total != 0) value += total * std::log(sum);
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) {
            const clipped<T> p(x[i]);
            gradient[i] = p.inside ? scale * (total / sum - t(i) / p.value) : T(0);
        }
    return value;
}

/// The settings that the cross-entropies share.
template <class L> [[gnu::cold]] void check_settings(const L& loss)
{
    if (is_nan(loss.label_smoothing) || loss.label_smoothing < 0 || loss.label_smoothing > 1)
        fail({L::name, ": label_smoothing is ", loss.label_smoothing, ", it has to be in [0, 1]"});
    if (loss.outputs_as_probabilities && loss.takes_logits())
        fail({L::name, ": outputs_as_probabilities is set and so is from_logits or probabilities_as_logits; keep one"});
}

/// Throws where a model ends in what a cross-entropy cannot take: probabilities where it takes logits, numbers where it takes
/// probabilities. Where nothing is known of the end, nothing is said.
template <class L> [[gnu::cold]] void check_end(const L& loss, output_activation end, const char* where)
{
    const bool probable =
        end == output_activation::softmax || end == output_activation::sigmoid || end == output_activation::hard_sigmoid;
    if (L::never_takes(end)) fail({where, ": ", L::name, " cannot take what log_softmax gives; end the model in sigmoid"});
    if (loss.takes_logits() && !loss.probabilities_as_logits && probable)
        fail({where, ": ", L::name,
              " has from_logits, and the model ends in an activation that makes probabilities of logits; leave ",
              "from_logits out, or set .probabilities_as_logits = true where the model was trained like that"});
    if (loss.probabilities_as_logits && !probable && end != output_activation::none)
        fail({where, ": ", L::name, " has probabilities_as_logits, and the model does not end in probabilities; ",
              "set .from_logits = true in its place"});
    if (!loss.takes_logits() && !loss.outputs_as_probabilities &&
        (end == output_activation::numbers || end == output_activation::log_softmax))
        fail({where, ": ", L::name, " takes probabilities, and the model ends in ",
              end == output_activation::numbers ? "an activation that gives other numbers" : "log_softmax",
              "; end it in softmax or sigmoid, or set .from_logits = true, or .outputs_as_probabilities = true if they are ",
              "probabilities all the same"});
}

}}} // namespace lamina::internals::losses
