// lamina/graph/traced/plan.hpp: what is left of a graph to be run: steps with their memory, for feeds of known types and shapes.
//
// A plan holds all that its steps need, so that a run allocates its results and nothing else. What makes one is plan_maker.hpp.
//
// Numerics: the numbers of a run are those of the ops run one after another, but for sums that begin with a bias where a product and the
// bias behind it are one pass; they are within 1e-6 of each other, relative to the sum of what is added. They depend on the shapes
// alone, not on other runs. A plan that reads or changes variables takes subnormal numbers for zero, as layers do.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

using tensors::Attributes, tensors::Inputs, tensors::NodeAction, tensors::OpEntry;

class PlanMaker;

/// What a step calls that is no loop over arrays.
struct PlanCall {
    void (*run)(const PlanCall& call, const Inputs& in, const AnyTensor& out);
    std::uint32_t first = 0, count = 0; ///< its inputs
    std::uint32_t out = 0;              ///< a value
    const OpEntry* op = nullptr;
    Attributes with{};
    std::shared_ptr<record> variable{};
    std::shared_ptr<NodeAction> action{};
    std::shared_ptr<tensors::ReadyOp> ready{};
};

/// A loop over whole arrays, the quick way of ops element by element; or a call, where `loop` is null.
struct PlanStep {
    tensors::ArrayLoop loop;
    std::uint32_t a, b, y; ///< memories
    std::uint32_t call;
    std::size_t n;
};

class Plan {
public:
    Plan() = default;
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    /// Runs it. `fed` are values of the types and shapes that it was made for, in that order; `results` one for each fetch, which become new
    /// tensors, or empty ones where a fetch has no value. One thread at a time.
    void run(const Inputs& fed, std::span<AnyTensor> results)
    {
        std::optional<FlushSubnormals> flush;
        if (uses_variables) flush.emplace();
        for (std::size_t i = 0; i < fed.size(); ++i)
            if (fed_memory[i] != none) lay(fed_memory[i], fed[i].body().data);
        for (const Result& result : given)
            if (result.kind == Result::computed) {
                const AnyTensor& form = values[result.of];
                results[result.to] = tensors::empty_tensor(form.dtype(), form.shape());
                lay(result.memory, results[result.to].body().data);
            }
        for (const PlanStep& step : steps) {
            if (step.loop) {
                step.loop(memory[step.a].at, memory[step.b].at, memory[step.y].at, step.n);
                continue;
            }
            const PlanCall& call = calls[step.call];
            call.run(call, Inputs(inputs.data() + call.first, call.count), values[call.out]);
        }
        for (const Result& result : given)
            if (result.kind != Result::computed) give(result, fed, results);
    }

    /// Whether it changes anything: nothing else of the graph runs meanwhile.
    bool has_effects() const { return effects; }
    bool has_variables() const { return uses_variables; }

    /// Whether a record that it reads lies elsewhere by now, as where a file's record was laid out anew for a model.
    bool is_stale() const
    {
        for (const Watched& one : watched)
            if (one.of->data<std::byte>() != one.at || one.of->places().step != one.step) return true;
        return false;
    }

    /// How many bytes it holds for values between its steps.
    std::size_t bytes() const { return arena_bytes; }
    std::size_t step_count() const { return steps.size(); }

private:
    friend PlanMaker;
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// Where values lie. Those that calls read or write are told where that is.
    struct Memory {
        std::byte* at = nullptr;
        std::vector<std::uint32_t> told{};
    };
    struct Result {
        enum { computed, copied, fed, nothing } kind;
        std::uint32_t to, of; ///< a fetch, a value
        std::uint32_t memory; ///< of what is computed; where what is copied lies; which feed
    };
    struct Watched {
        std::shared_ptr<record> of;
        const std::byte* at;
        std::size_t step;
    };

    void lay(std::uint32_t which, std::byte* at)
    {
        memory[which].at = at;
        for (const std::uint32_t value : memory[which].told) values[value].body().data = at;
    }

    void give(const Result& result, const Inputs& fed, std::span<AnyTensor> results) const
    {
        AnyTensor& to = results[result.to];
        if (result.kind == Result::nothing) return void(to = AnyTensor());
        const AnyTensor& form = values[result.of];
        if (result.kind == Result::fed) {
            to = fed[result.memory];
            if (to.shape() != form.shape()) to = tensors::same_numbers(to, form.shape());
            to.set_trail({});
            return;
        }
        to = tensors::empty_tensor(form.dtype(), form.shape());
        if (to.size() > 0) std::memcpy(to.body().data, memory[result.memory].at, to.size() * bytes_of(to.dtype()));
    }

    std::vector<PlanStep> steps;
    std::vector<PlanCall> calls;
    std::vector<const AnyTensor*> inputs; ///< of the calls
    std::vector<Memory> memory;
    std::vector<AnyTensor> values; ///< by node: forms, and where the numbers are
    std::vector<std::uint32_t> fed_memory;
    std::vector<Result> given;
    std::vector<Watched> watched;
    aligned_bytes arena;
    std::size_t arena_bytes = 0;
    bool effects = false, uses_variables = false;
};

}}} // namespace lamina::internals::graphs
