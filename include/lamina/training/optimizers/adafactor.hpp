// lamina/training/optimizers/adafactor.hpp: the mean squares of gradients as a row times a column, so that a matrix costs little memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/whole_parameter.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// With s = g² + epsilon_1, b = 1 − t^beta_2_decay at step t, from 1, and r = learning_rate or 1 / √t, whichever is less: the means of the rows
/// of s and of its columns become moving means R and C, v = R / mean(R) · C, and u = g / √v is scaled down to a root mean square of at most
/// clip_threshold. w −= r · max(epsilon_2, root mean square of w) · u. Rows and columns are the last two axes; a vector has v itself.
///
/// Options   those of all optimizers, too: shared_options.hpp. Keras's relative_step changes no number there, and is not here.
/// Refuses   an epsilon or a threshold that is not positive, a beta_2_decay above 0.
/// Numerics  means are sums in double. A variable is updated by one thread. Padding stays zero.
/// Source    Shazeer and Stern, 2018; Keras's Adafactor.
/// Example   Adafactor optimizer{.learning_rate = 1e-2f};
struct Adafactor {
    static constexpr std::string_view name = "adafactor", class_name = "Adafactor";

    LearningRate learning_rate = 1e-3f;
    double beta_2_decay = -0.8;
    double epsilon_1 = 1e-30;
    double epsilon_2 = 1e-3;
    double clip_threshold = 1;
    std::optional<float> weight_decay{};
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
        to("beta_2_decay", beta_2_decay, -0.8);
        to("epsilon_1", epsilon_1, 1e-30);
        to("epsilon_2", epsilon_2, 1e-3);
        to("clip_threshold", clip_threshold, 1.0);
        protocols::list_shared(*this, to);
    }

    /// The means of the rows, or of all squares of a vector; the means of the columns, or one number that is not used.
    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "row" : "column"; }
    Shape slot_shape(std::size_t i, const stored_types::record& parameter) const
    {
        const Shape all = parameter.extents();
        if (all.rank < 2) return i == 0 ? all : Shape{1};
        Shape kept;
        for (std::size_t axis = 0; axis < all.rank; ++axis)
            if (axis != all.rank - (i == 0 ? 1 : 2)) kept.extents[kept.rank++] = all[axis];
        return kept;
    }

    void check_settings() const
    {
        internals::optimizers::check_not_negative(name, "minus beta_2_decay", -beta_2_decay);
        internals::optimizers::check_positive(name, "epsilon_1", epsilon_1);
        internals::optimizers::check_positive(name, "epsilon_2", epsilon_2);
        internals::optimizers::check_positive(name, "clip_threshold", clip_threshold);
    }

    template <class T> void update_whole(const protocols::WholeParameter<T>& of, float rate, std::uint64_t step) const
    {
        const double t = static_cast<double>(step), count = static_cast<double>(of.of.extents().size());
        const double fresh = std::pow(t, beta_2_decay);
        const double size = std::sqrt(internals::optimizers::squared_norm(of.value, of.size) / count);
        const double alpha = std::max(epsilon_2, size) * std::min(static_cast<double>(rate), 1 / std::sqrt(t));

        if (of.of.extents().rank < 2) divide_vector(of, fresh);
        else divide_matrices(of, fresh);
        const double root = std::sqrt(internals::optimizers::squared_norm(of.gradient, of.size) / count);
        const T by = static_cast<T>(alpha / std::max(1.0, root / clip_threshold));
        for (std::size_t i = 0; i < of.size; ++i) of.value[i] -= by * of.gradient[i];
    }

private:
    template <class T> static T mixed(T old, double now, double fresh)
    {
        return static_cast<T>(static_cast<double>(old) * (1 - fresh) + now * fresh);
    }

    /// g becomes g / √v.
    template <class T> void divide_vector(const protocols::WholeParameter<T>& of, double fresh) const
    {
        T *const g = of.gradient, *const v = of.slot(0);
        of.of.for_each_place([&](std::size_t i) {
            v[i] = mixed(v[i], static_cast<double>(g[i]) * static_cast<double>(g[i]) + epsilon_1, fresh);
            g[i] /= std::sqrt(v[i]);
        });
    }
    template <class T> void divide_matrices(const protocols::WholeParameter<T>& of, double fresh) const
    {
        const Shape all = of.of.extents();
        const std::size_t columns = all.back(), rows = all[all.rank - 2], matrices = all.size() / (rows * columns);
        const auto places = [&](std::size_t slot) { // of the numbers of a slot, in logical order
            std::vector<std::size_t> found;
            of.slot_records[slot]->for_each_place([&](std::size_t place) { internals::add_to(found, place); });
            return found;
        };
        const std::vector<std::size_t> row_at = places(0), column_at = places(1);
        std::vector<T*> starts; // of the rows of the gradient
        std::size_t i = 0;
        of.of.for_each_place([&](std::size_t place) {
            if (i++ % columns == 0) starts.push_back(of.gradient + place);
        });
        std::vector<double> sums(columns);
        for (std::size_t m = 0; m < matrices; ++m) {
            T* const* const row = starts.data() + m * rows;
            std::fill(sums.begin(), sums.end(), 0.0);
            double all_rows = 0;
            for (std::size_t r = 0; r < rows; ++r) {
                double sum = 0;
                for (std::size_t c = 0; c < columns; ++c) {
                    const double square = static_cast<double>(row[r][c]) * static_cast<double>(row[r][c]) + epsilon_1;
                    sum += square;
                    sums[c] += square;
                }
                T& mean = of.slot(0)[row_at[m * rows + r]];
                mean = mixed(mean, sum / static_cast<double>(columns), fresh);
                all_rows += static_cast<double>(mean);
            }
            for (std::size_t c = 0; c < columns; ++c) {
                T& mean = of.slot(1)[column_at[m * columns + c]];
                mean = mixed(mean, sums[c] / static_cast<double>(rows), fresh);
                sums[c] = 1 / std::sqrt(static_cast<double>(mean));
            }
            for (std::size_t r = 0; r < rows; ++r) {
                const double of_row =
                    std::sqrt(all_rows / static_cast<double>(rows) / static_cast<double>(of.slot(0)[row_at[m * rows + r]]));
                for (std::size_t c = 0; c < columns; ++c)
                    row[r][c] = static_cast<T>(static_cast<double>(row[r][c]) * of_row * sums[c]);
            }
        }
    }
};

}} // namespace lamina
