// lamina/training/dataset_feed.hpp: the batches of an epoch that `fit` takes of a dataset, and the position in it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/dataset_batches.hpp>
#include <lamina/training/sample_weights.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// An epoch is a pass, or so many steps: then the passes follow each other as if they were one. A batch is read, and judged, before callbacks
/// hear of it; what is counted are those that were trained on.
template <class Steps, Dataset D> class DatasetFeed {
public:
    [[gnu::cold]] DatasetFeed(Steps& at_work, const D& of, std::size_t steps_per_epoch, Position* kept,
                              const std::map<std::int64_t, float>& weight_of_class)
        : steps(at_work), dataset(of), cardinality(lamina::cardinality(of)), per_epoch(steps_per_epoch), shown(kept),
          class_weight(weight_of_class)
    {
        if (per_epoch == 0 && cardinality == infinite_cardinality) refuse_endless("fit", "steps_per_epoch");
    }

    /// Where the training stands that goes on at the position.
    [[gnu::cold]] void start(TrainingState& state)
    {
        state.batches = per_epoch > 0 ? per_epoch : cardinality > 0 ? static_cast<std::size_t>(cardinality) : 0;
        if (!shown) return;
        const std::uint64_t done = per_epoch > 0 ? batches_before(*shown) : shown->given;
        state.epoch = static_cast<std::size_t>(per_epoch > 0 ? done / per_epoch : shown->epoch);
        state.batch = static_cast<std::size_t>(per_epoch > 0 ? done % per_epoch : done);
        epoch = state.epoch, batch_of_epoch = state.batch;
    }

    /// Goes to that place, or to where a callback put the training, and looks at the next batch: nothing has been trained yet.
    [[gnu::cold]] void resume(TrainingState& state)
    {
        if (state.epoch >= state.epochs) return;
        if (per_epoch == 0) go_to({state.epoch, state.batch});
        else if (shown && state.epoch == epoch && state.batch == batch_of_epoch) go_to(*shown);
        else go_to_batch(std::uint64_t{state.epoch} * per_epoch + state.batch);
        epoch = state.epoch;
        if (read(state)) return show();
        if (state.batch == 0) refuse_no_batches("fit");
        ++state.epoch; // it ended where it was left
        state.batch = 0;
        place = {state.epoch, 0};
        show();
    }

    [[gnu::cold]] void begin_epoch(const TrainingState& state, std::uint64_t)
    {
        if (per_epoch == 0 && !ready) go_to({state.epoch, 0});
        samples = 0;
        whole = state.batch == 0;
    }

    [[gnu::cold]] bool next(const TrainingState& state)
    {
        if (per_epoch > 0 && state.batch >= per_epoch) return false;
        if (read(state)) return true;
        if (state.batch == 0) refuse_no_batches("fit");
        place = {place.epoch + 1, 0};
        cursor.reset();
        return false;
    }

    /// `f(samples, positions, weights)` for the batch; gives how many samples it has.
    template <class F> std::size_t give(F&& f)
    {
        std::size_t count = 0;
        on_batch("fit", [&](const auto& xy) {
            count = xy.size();
            f(xy, std::span<const std::size_t>{}, span_of(weights));
        });
        samples += count;
        return count;
    }

    /// The batch was trained on.
    [[gnu::cold]] void done()
    {
        ready = false;
        ++place.given;
        show();
    }

    [[gnu::cold]] void end_epoch(TrainingState& state)
    {
        show();
        if (per_epoch > 0 ? state.batch < per_epoch : cursor.has_value()) return; // it was left
        state.batches = state.batch;
        if (whole) state.samples = samples;
    }

private:
    template <class F> void on_batch(const char* where, F&& f)
    {
        steps.on_tensors(batch_part<0>(batch), batch_part<1>(batch), where, f);
    }

    void show()
    {
        if (shown) *shown = place;
    }

    /// The next batch, of the next pass if need be; throws where it does not fit.
    bool read(const TrainingState& state)
    {
        while (!ready) {
            if (cursor->next(batch)) judge(state);
            else if (per_epoch == 0) return false;
            else if (place.given == 0) refuse_no_batches("fit");
            else go_to({place.epoch + 1, 0});
        }
        return true;
    }

    [[gnu::cold]] void judge(const TrainingState& state)
    {
        const BatchPlace where("fit", state.batch + 1, state.epoch + 1);
        on_batch(where.c_str(), [&](const auto& xy) {
            steps.require_fit(xy, where.c_str());
            read_weights(weights, batch, xy.size(), where.c_str());
            if (!class_weight.empty())
                weights = weights_of(xy, weights, class_weight, steps.goals.first_loss(), steps.plan.output_shape());
        });
        ready = true;
    }

    [[gnu::cold]] void go_to(Position position)
    {
        cursor.reset(); // first, so that no two of them are open
        cursor.emplace(open_at(dataset, position));
        place = position;
    }

    /// After `left` batches of the passes from the first one on.
    [[gnu::cold]] void go_to_batch(std::uint64_t left)
    {
        for (go_to({});; go_to({place.epoch + 1, 0})) {
            place.given = skip_elements<element_of<D>>(*cursor, left);
            left -= place.given;
            if (left == 0) return;
            if (place.given == 0) refuse_no_batches("fit");
        }
    }

    [[gnu::cold]] std::uint64_t batches_before(Position position) const
    {
        if (position.epoch > 0 && cardinality == infinite_cardinality)
            fail({"fit: the position is in pass ", position.epoch,
                  " of a dataset whose pass 0 never ends; is it of another dataset?"});
        std::uint64_t sum = position.given;
        for (std::uint64_t pass = 0; pass < position.epoch; ++pass) {
            auto counted = dataset.open(Pass{pass});
            sum += skip_elements<element_of<D>>(counted, std::numeric_limits<std::uint64_t>::max());
        }
        return sum;
    }

    Steps& steps;
    const D& dataset;
    std::int64_t cardinality;
    std::size_t per_epoch;
    Position* shown;
    const std::map<std::int64_t, float>& class_weight;

    std::optional<cursor_of<D>> cursor;
    element_of<D> batch{};
    std::vector<float> weights;
    bool ready = false, whole = true; ///< a batch waits; the epoch was trained from its begin
    Position place;                   ///< after the batches that were trained on
    std::size_t samples = 0, epoch = 0, batch_of_epoch = 0;
};

}}} // namespace lamina::internals
