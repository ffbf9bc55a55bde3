// lamina/lite/plan.hpp: a subgraph made ready to run: shapes are known, kernels chosen, each tensor has its place.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/arena.hpp>
#include <lamina/lite/network.hpp>
#include <lamina/lite/operators/all.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A file as interpreters share it: what it says, the subgraphs as they are run, and weights in the order of kernels.
struct SharedFile {
    Network network{};
    std::vector<Subgraph> joined{}; ///< the subgraphs after the joins
    PackedWeights weights{};
};

/// What all plans of a file may take together.
struct PlanBudget {
    std::size_t bytes, plans = 4096; ///< each loop has two plans, and loops may stand in loops
};

/// How a plan is made.
struct PlanOptions {
    PlanBudget* budget; ///< used while the plan is made
    std::size_t threads = 1;
    bool keep_tensors = false;                  ///< each tensor has a place of its own to the end
    bool inputs_given = false;                  ///< the inputs lie elsewhere, and are never written over
    std::size_t max_rounds = 0;                 ///< of a loop, with those of the loops within it
    std::shared_ptr<std::size_t> rounds_left{}; ///< of the loop that the plan is in; null where it is in none
};

class Plan;

/// Makes the step of a WHILE ready; in loop.hpp.
void prepare_loop(Step& step, SharedFile& file, const PlanOptions& options);

/// A subgraph for given shapes of its inputs. It neither moves nor is copied: steps point at its values.
class Plan {
public:
    [[gnu::cold, gnu::noinline]] Plan(SharedFile& of, const Subgraph& subgraph, const std::vector<Extents>& shapes,
                                      const PlanOptions& with)
        : file(of), graph(subgraph), options(with), values(subgraph.tensors.size()), homes(subgraph.tensors.size())
    {
        if (options.budget->plans-- == 0) fail({file.network.source, ": has more loops in loops than can be run"});
        for (std::size_t i = 0; i < values.size(); ++i) describe(i);
        for (std::size_t i = 0; i < graph.inputs.size(); ++i)
            if (!values[graph.inputs[i]].known) values[graph.inputs[i]].shape = shapes[i];
        for (const Value& one : values)
            if (one.tensor->is_variable) take(one.bytes());
        for (const std::size_t tensor : graph.inputs) take(values[tensor].bytes());
        find_last_readers();
        for (std::size_t i = 0; i < graph.operators.size(); ++i) add(i);
        settle();
    }
    [[gnu::cold]] ~Plan() = default;
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    Value& value(std::size_t tensor) { return values[tensor]; }
    Value& input(std::size_t i) { return values[graph.inputs[i]]; }
    Value& output(std::size_t i) { return values[graph.outputs[i]]; }
    const Subgraph& subgraph() const { return graph; }

    /// Whether a tensor's numbers are there when the plan has run.
    bool stays(std::size_t tensor) const
    {
        return values[tensor].known || (homes[tensor].used && (options.keep_tensors || homes[tensor].outlives));
    }

    /// The input whose memory an output shares, or `no_input`.
    static constexpr std::size_t no_input = ~std::size_t{0};
    [[gnu::cold]] std::size_t input_behind(std::size_t output) const
    {
        if (values[graph.outputs[output]].known) return no_input;
        const std::size_t home = home_of(graph.outputs[output]);
        for (std::size_t i = 0; i < graph.inputs.size(); ++i)
            if (home_of(graph.inputs[i]) == home) return i;
        return no_input;
    }

    /// How much memory the plan works in, on 64 bytes.
    std::size_t arena_bytes() const { return arena; }

    /// Gives all tensors their places. The inputs, where they are given, have theirs already.
    [[gnu::cold]] void place(std::byte* memory)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t home = home_of(i);
            if (values[i].known || !homes[i].used || homes[home].elsewhere) continue;
            values[i].data = memory + homes[home].place;
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            if (const std::size_t home = home_of(i); homes[home].elsewhere && home != i) values[i].data = values[home].data;
        for (Step& step : steps) {
            step.scratch = memory + scratch_place;
            if (step.placed) step.placed(step);
        }
        reset_variables();
    }

    /// Sets the numbers that a file keeps between two runs to zero.
    [[gnu::cold]] void reset_variables()
    {
        for (const Value& one : values)
            if (one.tensor->is_variable && one.data) std::memset(one.data, 0, one.room);
    }

    void run()
    {
        for (Step& step : steps) {
            if (step.varies) {
                find_shapes(step);
                if (writes_nothing(step)) continue;
            }
            step.run(step);
        }
    }

private:
    /// Whose memory a tensor lies in, and how long it is needed.
    struct Home {
        std::size_t same_as = none; ///< another tensor that lies there first
        std::size_t first = 0, last = 0;
        std::size_t place = 0;
        bool used = false;      ///< a step writes it, or it is an input or a variable
        bool outlives = false;  ///< an input, an output, a variable: there when the plan has run
        bool for_ever = false;  ///< one that outlives lies there
        bool elsewhere = false; ///< its memory is not the plan's
        bool read = false;      ///< of a variable: an operator has taken it, with this shape
        Extents shape{};
        static constexpr std::size_t none = ~std::size_t{0};
    };

    std::size_t home_of(std::size_t tensor) const
    {
        while (homes[tensor].same_as != Home::none) tensor = homes[tensor].same_as;
        return tensor;
    }
    std::size_t index_of(const Value* value) const { return static_cast<std::size_t>(value - values.data()); }

    [[gnu::cold]] void describe(std::size_t i)
    {
        const Tensor& tensor = graph.tensors[i];
        Value& value = values[i];
        value.tensor = &tensor;
        value.type = tensor.type;
        for (const std::size_t extent : tensor.shape) value.shape.push_back(extent);
        if (tensor.quantization.scale.size() == 1) {
            value.scale = tensor.quantization.scale[0];
            value.zero = static_cast<std::int32_t>(tensor.quantization.zero_point[0]);
        }
        if (tensor.is_variable) use(i, true);
        if (!tensor.is_constant) return;
        value.constant = value.known = true;
        value.room = tensor.data.bytes.size();
        // Nobody writes what is known.
        value.data = const_cast<std::byte*>(tensor.data.bytes.data());
        if (reinterpret_cast<std::uintptr_t>(value.data) % bytes_of(value.type) == 0) return;
        const auto aligned = file.weights.of<Aligned<std::byte>>(value, "aligned", [&] {
            const auto copy = share_new<Aligned<std::byte>>(value.room + behind_a_tensor);
            std::memcpy(copy->data(), value.data, value.room);
            return copy;
        });
        value.data = const_cast<std::byte*>(aligned->data());
    }

    void use(std::size_t tensor, bool for_ever)
    {
        homes[tensor].used = true;
        if (!for_ever) return;
        homes[tensor].outlives = homes[tensor].for_ever = true;
        homes[tensor].last = graph.operators.size();
    }

    [[gnu::cold]] void find_last_readers()
    {
        for (const std::size_t tensor : graph.inputs) {
            use(tensor, true);
            homes[tensor].elsewhere = options.inputs_given && !values[tensor].known;
        }
        for (std::size_t i = 0; i < graph.operators.size(); ++i) {
            for (const std::ptrdiff_t tensor : graph.operators[i].inputs)
                if (tensor != absent)
                    homes[static_cast<std::size_t>(tensor)].last = std::max(homes[static_cast<std::size_t>(tensor)].last, i);
            for (const std::size_t tensor : graph.operators[i].outputs) homes[tensor].last = std::max(homes[tensor].last, i);
        }
        for (const std::size_t tensor : graph.outputs) {
            homes[tensor].outlives = homes[tensor].for_ever = true;
            homes[tensor].last = graph.operators.size();
        }
    }

    /// Adds an operator: its shapes, and where its results are known already, these; else a step.
    [[gnu::cold]] void add(std::size_t number)
    {
        const Operator& op = graph.operators[number];
        Step step;
        step.op = &op;
        step.number = op.number;
        step.network = &file.network;
        step.threads = options.threads;
        bool known = !op.inputs.empty(), constant = true;
        for (const std::ptrdiff_t tensor : op.inputs) {
            Value* const value = tensor == absent ? nullptr : &values[static_cast<std::size_t>(tensor)];
            step.in.push_back(value);
            if (!value) continue;
            known = known && value->known;
            constant = constant && value->constant;
            step.varies = step.varies || value->varies;
        }
        for (const std::size_t tensor : op.outputs) step.out.push_back(&values[tensor]);
        if (op.op == code::while_loop) {
            prepare_loop(step, file, options);
            keep_variables(step);
            return add(std::move(step), number);
        }
        const OperatorRules& rules = rules_for(step);
        rules.infer(step);
        keep_variables(step);
        for (Value* const out : step.out) {
            out->varies = out->varies || step.varies;
            step.varies = step.varies || out->varies;
            out->room = out->bytes();
            take(out->room);
        }
        if (!step.varies && (known || rules.place == output_place::of_shapes)) return fold(step, rules, known && constant);
        const std::size_t from = step.in.empty() || !step.in[0] ? 0 : index_of(step.in[0]), to = op.outputs[0];
        const bool moves = step.in.empty() || !step.in[0] || step.in[0]->known || values[from].tensor->is_variable;
        Preparation preparation{file.weights};
        rules.prepare(step, preparation);
        if (rules.place == output_place::view_of_input && !moves) {
            lie_together(from, to);
            use(to, false);
            if (step.varies) {
                step.run = [](const Step&) {};
                steps.push_back(std::move(step));
            }
            return;
        }
        if (rules.place == output_place::over_first_input && !moves && !step.varies && !options.keep_tensors &&
            step.in[0]->bytes() == step.out[0]->bytes() && !homes[home_of(from)].for_ever && homes[home_of(from)].last == number)
            lie_together(from, to);
        add(std::move(step), number);
    }

    /// An operator may give a variable the batch of its input. All operators that share it see the same shape: they have been prepared for it.
    [[gnu::cold]] void keep_variables(const Step& step)
    {
        for (const Value* const in : step.in) {
            if (!in || !in->tensor->is_variable) continue;
            Home& home = homes[index_of(in)];
            if (home.read && !(home.shape == in->shape))
                fail_at(step, {"the variable \"", in->tensor->name, "\" has shape ", in->shape,
                               ", an operator before takes it as ", home.shape});
            const std::size_t counted = in->tensor->size() * bytes_of(in->type);
            if (!home.read && in->bytes() > counted) take(in->bytes() - counted);
            home.read = true;
            home.shape = in->shape;
        }
    }

    [[gnu::cold]] void add(Step step, std::size_t number)
    {
        for (Value* const out : step.out) {
            Home& home = homes[index_of(out)];
            home.first = number;
            home.used = true;
            if (out->room == 0) out->room = out->bytes();
        }
        if (!step.varies && writes_nothing(step)) return;
        steps.push_back(std::move(step));
    }

    /// Whether a step has results without numbers alone, and no state: it is not run, as its other extents may be as large as anything.
    static bool writes_nothing(const Step& step)
    {
        if (step.placed) return false;
        for (const Value* const in : step.in)
            if (in && in->tensor && in->tensor->is_variable) return false;
        for (const Value* const out : step.out)
            if (out->size() > 0) return false;
        return true;
    }

    /// Lets a result lie where an input of its operator does.
    [[gnu::cold]] void lie_together(std::size_t from, std::size_t to)
    {
        Home& home = homes[home_of(from)];
        home.last = std::max(home.last, homes[to].last);
        home.for_ever = home.for_ever || homes[to].for_ever;
        homes[to].same_as = from;
    }

    /// Runs a step now, and for all.
    [[gnu::cold]] void fold(Step& step, const OperatorRules& rules, bool constant)
    {
        using Folded = std::vector<Aligned<std::byte>>;
        for (Value* const out : step.out) out->constant = constant;
        const auto run_now = [&]() __attribute__((cold)) {
            const auto folded = share_new<Folded>(step.out.size());
            for (std::size_t i = 0; i < step.out.size(); ++i) {
                (*folded)[i].reserve(step.out[i]->bytes() + behind_a_tensor);
                step.out[i]->data = (*folded)[i].data();
            }
            Preparation preparation{file.weights};
            rules.prepare(step, preparation);
            take(step.scratch_bytes);
            Aligned<std::byte> scratch(step.scratch_bytes + behind_a_tensor);
            step.scratch = scratch.data();
            if (!writes_nothing(step)) step.run(step);
            return folded;
        };
        const auto folded = file.weights.of<Folded>(*step.out[0], "folded", run_now);
        for (std::size_t i = 0; i < step.out.size(); ++i) {
            step.out[i]->data = const_cast<std::byte*>((*folded)[i].data());
            step.out[i]->known = true;
        }
        add_to(kept, folded);
    }

    /// Counts what a tensor takes, and refuses a file that takes more than it may.
    [[gnu::cold]] void take(std::size_t bytes)
    {
        if (bytes > options.budget->bytes)
            fail({file.network.source,
                  ": its tensors take more memory than InterpreterOptions.max_bytes allows; give more, or smaller inputs"});
        options.budget->bytes -= bytes;
    }

    [[gnu::cold]] void settle()
    {
        std::vector<Lodger> lodgers;
        std::vector<std::size_t> owners;
        std::size_t scratch = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i].room == 0) values[i].room = values[i].bytes();
            if (homes[i].same_as != Home::none || !homes[i].used || values[i].known || homes[i].elsewhere) continue;
            const bool stays = homes[i].for_ever || options.keep_tensors;
            const bool whole = homes[i].for_ever && homes[i].first == 0;
            lodgers.push_back({values[i].room, whole ? 0 : homes[i].first, stays ? graph.operators.size() : homes[i].last});
            owners.push_back(i);
        }
        for (const Step& step : steps) scratch = std::max(scratch, step.scratch_bytes);
        take(scratch);
        scratch_place = place_lodgers(lodgers);
        for (std::size_t i = 0; i < owners.size(); ++i) homes[owners[i]].place = lodgers[i].place;
        arena = scratch_place + (scratch + behind_a_tensor + alignment - 1) / alignment * alignment;
    }

    /// The extents of a step's results while the plan runs; they must fit where the results lie.
    void find_shapes(Step& step)
    {
        step.running = true;
        if (step.op->op != code::while_loop) rules_of(step.op->op)->infer(step);
        for (const Value* const out : step.out)
            if (out->bytes() > out->room)
                fail_at(step,
                        {"a result of shape ", out->shape, " is larger than the ", out->room, " bytes that there are for it"});
    }

    SharedFile& file;
    const Subgraph& graph;
    PlanOptions options;
    std::vector<Value> values;
    std::vector<Home> homes;
    std::vector<Step> steps;
    std::vector<std::shared_ptr<const void>> kept;
    std::size_t arena = 0, scratch_place = 0;
};

}}} // namespace lamina::internals::tflite
