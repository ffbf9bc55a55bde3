// lamina/training/optimizers/sgd.hpp: gradient descent, with momentum and Nesterov's look ahead.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// w −= learning_rate · g. With momentum: m = momentum · m − learning_rate · g, w += m; with `nesterov` as well:
/// w += momentum · m − learning_rate · g.
///
/// Options   clipnorm, clipvalue, global_clipnorm: see clipping.hpp; one of them.
/// Refuses   a momentum outside [0, 1].
/// Source    Keras's SGD.
struct SGD {
    static constexpr std::string_view name = "sgd";

    LearningRate learning_rate = 0.01f;
    float momentum = 0;
    bool nesterov = false;
    std::optional<float> clipnorm{}, clipvalue{}, global_clipnorm{};
    OptimizerState state{};

    std::size_t slot_count() const { return momentum != 0 ? 1 : 0; }
    std::string_view slot_name(std::size_t) const { return "momentum"; }

    void check() const
    {
        if (!(momentum >= 0 && momentum <= 1)) fail({name, ": momentum is ", momentum, ", it has to be in [0, 1]"});
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slots, std::size_t n, float rate, std::uint64_t) const
    {
        using lanes = simd::batch<T>;
        const lanes speed(static_cast<T>(rate)), kept(static_cast<T>(momentum));
        for (std::size_t i = 0; i < n; i += lanes::size) {
            const lanes pull = lanes::load_aligned(gradient + i) * speed;
            lanes change = lanes(T(0)) - pull;
            if (momentum != 0) {
                const lanes m = lanes::load_aligned(slots[0] + i) * kept - pull;
                m.store_aligned(slots[0] + i);
                change = nesterov ? m * kept - pull : m;
            }
            (lanes::load_aligned(value + i) + change).store_aligned(value + i);
        }
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
