// lamina/training/optimizers/muon.hpp: matrices by steps that turn and do not stretch, all else by Adam.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/kernels/products.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/optimizers/whole_parameter.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Of a matrix: m = momentum · m + g, and with `nesterov` x = g + momentum · m, else x = m. x / ‖x‖ goes `ns_steps` times through
/// x = a·x + (b·xxᵀ + c·(xxᵀ)²)·x (Newton and Schulz), which brings its singular values near to 1, and
/// w −= learning_rate · rms_rate · √(the longer side) · x; without rms_rate w −= learning_rate · x.
/// All other variables, those of embeddings and those that are excluded are Adam's.
///
/// Options   adam_beta_1, adam_beta_2, epsilon: of Adam. adam_lr_ratio: Adam's learning rate by the other one; adam_weight_decay: its decay.
///           exclude_layers: parts of names; exclude_embeddings. muon_a, muon_b, muon_c: a, b and c.
///           And those of all optimizers: shared_options.hpp, with a weight_decay of 0.004.
/// Refuses   a beta outside [0, 1), a momentum outside [0, 1], an epsilon that is not positive.
/// Numerics  in T, norms are sums in double. Padding stays zero. A variable is updated by one thread, in room that is allocated then.
/// Source    Jordan et al., 2024; Liu et al., 2025 (rms_rate); Keras's Muon.
/// Example   Muon optimizer{.learning_rate = 1e-2f, .exclude_layers = {"head"}};
struct Muon {
    static constexpr std::string_view name = "muon", class_name = "Muon";

    LearningRate learning_rate = 1e-3f;
    double adam_beta_1 = 0.9;
    double adam_beta_2 = 0.999;
    std::optional<float> adam_weight_decay = 0.004f;
    float epsilon = 1e-7f;
    std::vector<std::string> exclude_layers{};
    bool exclude_embeddings = true;
    double muon_a = 3.4445, muon_b = -4.775, muon_c = 2.0315;
    double adam_lr_ratio = 1;
    double momentum = 0.95;
    std::size_t ns_steps = 5;
    bool nesterov = true;
    std::optional<double> rms_rate = 0.2;
    std::optional<float> weight_decay = 0.004f;
    std::vector<std::string> exclude_from_weight_decay{};
    std::optional<float> clipnorm{}, clipvalue{}, global_clipnorm{};
    bool use_ema = false;
    double ema_momentum = 0.99;
    std::optional<std::size_t> ema_overwrite_frequency{}, gradient_accumulation_steps{};
    protocols::OptimizerState state{};

    template <class G = std::vector<AnyTensor>, class V> auto apply_gradients(const G& gradients, const V& variables)
    {
        return update_variables(*this, gradients, variables);
    }
    template <class L, class V> auto minimize(const L& loss, const V& variables) { return minimize_loss(*this, loss, variables); }
    template <class L> auto minimize(const L& loss) const { return minimize_traced(*this, loss); }

    template <class To> void list_options(To& to) const
    {
        to("learning_rate", learning_rate, 0.001f);
        to("adam_beta_1", adam_beta_1, 0.9);
        to("adam_beta_2", adam_beta_2, 0.999);
        to("adam_weight_decay", adam_weight_decay, 0.004f);
        to("epsilon", epsilon, 1e-7);
        to("exclude_layers", exclude_layers, std::vector<std::string>{});
        to("exclude_embeddings", exclude_embeddings, true);
        to("muon_a", muon_a, 3.4445);
        to("muon_b", muon_b, -4.775);
        to("muon_c", muon_c, 2.0315);
        to("adam_lr_ratio", adam_lr_ratio, 1.0);
        to("momentum", momentum, 0.95);
        to("ns_steps", ns_steps, 5);
        to("nesterov", nesterov, true);
        to("rms_rate", rms_rate, 0.2);
        protocols::list_shared(*this, to, 0.004f);
    }

    /// Adam alone has the second.
    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "momentum" : "velocity"; }
    Shape slot_shape(std::size_t i, const stored_types::record& parameter) const
    {
        return i == 0 || by_adam(parameter) ? parameter.extents() : Shape{1};
    }
    std::optional<float> decay_of(const stored_types::record& parameter) const
    {
        return by_adam(parameter) ? adam_weight_decay : weight_decay;
    }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "adam_beta_1", adam_beta_1);
        internals::optimizers::check_share(name, "adam_beta_2", adam_beta_2);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
        internals::optimizers::check_momentum(name, momentum);
        internals::optimizers::check_decay(name, "adam_weight_decay", adam_weight_decay);
    }

    template <class T> void update_whole(const protocols::WholeParameter<T>& of, float rate, std::uint64_t step) const
    {
        if (by_adam(of.of)) {
            const Adam adam{.beta_1 = adam_beta_1, .beta_2 = adam_beta_2, .epsilon = epsilon};
            T* const kept[]{of.slot(0), of.slot(1)};
            return adam.update(of.value, static_cast<const T*>(of.gradient), kept, of.size,
                               static_cast<float>(double(rate) * adam_lr_ratio), step);
        }
        const T kept = static_cast<T>(momentum);
        protocols::update_each(
            of.size,
            [=, ahead = nesterov]<class V>(V& g, const V&, V& m) { // the gradient becomes x
                m = protocols::simd::fma(m, V(kept), g);
                g = ahead ? protocols::simd::fma(m, V(kept), g) : m;
            },
            of.gradient, of.gradient, of.slot(0));
        turn(of);
        const std::size_t longer = std::max(of.of.extents()[0], of.of.extents()[1]);
        const double size = rms_rate ? *rms_rate * std::sqrt(static_cast<double>(longer)) : 1;
        const T by = static_cast<T>(static_cast<double>(rate) * size);
        protocols::update_each(of.size, [=]<class V>(V& w, const V& x) { w = w - V(by) * x; }, of.value, of.gradient);
    }

private:
    bool by_adam(const stored_types::record& parameter) const
    {
        if (parameter.extents().rank != 2) return true;
        std::string lower = parameter.name;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (exclude_embeddings && lower.find("embedding") != std::string::npos) return true;
        return std::any_of(exclude_layers.begin(), exclude_layers.end(),
                           [&](const std::string& part) { return parameter.name.find(part) != std::string::npos; });
    }

    /// The steps of Newton and Schulz on the matrix in `of.gradient`, on its shorter side.
    template <class T> void turn(const protocols::WholeParameter<T>& of) const
    {
        const std::size_t rows = of.of.extents()[0], columns = of.of.extents()[1];
        const std::size_t n = std::min(rows, columns), wide = std::max(rows, columns);
        const double norm = std::sqrt(internals::optimizers::squared_norm(of.gradient, of.size)) + 1e-7;
        std::vector<T> x(n * wide), next(n * wide), square(n * n), fourth(n * n);
        const auto each = [&](auto&& f) { // f(number of the gradient, the same in x)
            std::size_t i = 0;
            of.of.for_each_place([&](std::size_t place) {
                f(of.gradient[place], x[rows > columns ? i % columns * wide + i / columns : i]);
                ++i;
            });
        };
        each([&](T g, T& to) { to = static_cast<T>(static_cast<double>(g) / norm); });
        const T a = static_cast<T>(muon_a), b = static_cast<T>(muon_b), c = static_cast<T>(muon_c);
        for (std::size_t k = 0; k < ns_steps; ++k) {
            internals::kernels::multiply_by_transposed(x.data(), x.data(), square.data(), n, wide, n);
            internals::kernels::multiply_by_transposed(square.data(), square.data(), fourth.data(), n, n, n); // it is symmetric
            for (std::size_t i = 0; i < n * n; ++i) square[i] = b * square[i] + c * fourth[i];
            internals::kernels::multiply(square.data(), x.data(), next.data(), n, n, wide);
            for (std::size_t i = 0; i < n * wide; ++i) x[i] = a * x[i] + next[i];
        }
        each([](T& g, T from) { g = from; });
    }
};

}} // namespace lamina
