// lamina/lite/loop.hpp: WHILE: a subgraph is run as long as another says so. What goes around lies where the outputs of the WHILE do.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/plan.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

struct Loop {
    std::unique_ptr<Plan> condition, body;
    /// Of each output of the body: it is an input unchanged; it lies in the memory of another input, so that it is put aside first.
    std::vector<Mark> unchanged, put_aside;
    std::size_t aside = 0; ///< where in the scratch these lie
    std::size_t max_rounds = 0;
    /// The rounds that are left. Loops within a loop have the outermost one's, as they would multiply theirs.
    std::shared_ptr<std::size_t> rounds_left;
    bool is_inner = false;
};

[[gnu::cold]] inline void run_loop(const Step& step)
{
    const Loop& loop = step.keeps<Loop>();
    const std::size_t count = step.out.size();
    for (std::size_t i = 0; i < count; ++i)
        if (step.x(i).bytes() > 0) std::memcpy(step.y(i).data, step.x(i).data, step.x(i).bytes());
    std::size_t& left = *loop.rounds_left;
    if (!loop.is_inner) left = loop.max_rounds;
    for (;; --left) {
        loop.condition->run();
        if (loop.condition->output(0).data[0] == std::byte{0}) return;
        if (left == 0)
            fail_at(step,
                    {"its loop does not end within ", loop.max_rounds, " rounds; InterpreterOptions.max_rounds allows more"});
        loop.body->run();
        std::byte* aside = step.scratch + loop.aside;
        for (std::size_t i = 0; i < count; ++i) {
            const Value& made = loop.body->output(i);
            if (made.varies && !(made.shape == step.y(i).shape))
                fail_at(step, {"value ", i, " has shape ", made.shape, " after a round and ", step.y(i).shape, " before it"});
            if (!loop.put_aside[i].set) continue;
            std::memcpy(aside, made.data, made.bytes());
            aside += made.bytes();
        }
        aside = step.scratch + loop.aside;
        for (std::size_t i = 0; i < count; ++i) {
            const Value& made = loop.body->output(i);
            if (loop.unchanged[i].set) continue;
            if (made.bytes() > 0) std::memcpy(step.y(i).data, loop.put_aside[i].set ? aside : made.data, made.bytes());
            if (loop.put_aside[i].set) aside += made.bytes();
        }
    }
}

/// Its tensors have their places: the inputs of condition and body are the outputs of the loop.
[[gnu::cold]] inline void place_loop(Step& step)
{
    const Loop& loop = step.keeps<Loop>();
    for (std::size_t i = 0; i < step.out.size(); ++i) {
        if (!loop.condition->input(i).known) loop.condition->input(i).data = step.y(i).data;
        if (!loop.body->input(i).known) loop.body->input(i).data = step.y(i).data;
    }
    loop.condition->place(step.scratch);
    loop.body->place(step.scratch + loop.condition->arena_bytes());
}

[[gnu::cold]] inline void prepare_loop(Step& step, SharedFile& file, const PlanOptions& options)
{
    const auto loop = share_new<Loop>();
    const Options& says = step.options();
    std::vector<Extents> shapes;
    for (std::size_t i = 0; i < step.out.size(); ++i) {
        if (!step.has(i)) fail_at(step, {"value ", i, " is left out, a loop needs all of them"});
        if (step.x(i).varies)
            fail_at(step, {"the shape of value ", i, " is known only while the file runs; a loop needs it before"});
        if (step.x(i).type != step.y(i).type) fail_at(step, {"value ", i, " changes its type in the loop"});
        shapes.push_back(step.x(i).shape);
        step.y(i).shape = step.x(i).shape;
    }
    PlanOptions inner = options;
    inner.inputs_given = true;
    loop->is_inner = inner.rounds_left != nullptr;
    if (!loop->is_inner) inner.rounds_left = share_new<std::size_t>();
    loop->rounds_left = inner.rounds_left;
    loop->condition.reset(new Plan(file, file.joined[static_cast<std::size_t>(says.condition)], shapes, inner));
    loop->body.reset(new Plan(file, file.joined[static_cast<std::size_t>(says.body)], shapes, inner));
    loop->max_rounds = options.max_rounds;
    const Value& goes_on = loop->condition->output(0);
    if (goes_on.type != dtype::boolean || goes_on.varies || goes_on.size() != 1)
        fail_at(step,
                {"its condition gives ", name_of(goes_on.type), " numbers of shape ", goes_on.shape, ", one bool is needed"});
    std::size_t aside = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const Value& made = loop->body->output(i);
        if (made.type != step.y(i).type || (!made.varies && !(made.shape == shapes[i])))
            fail_at(step, {"value ", i, " is ", name_of(step.y(i).type), " of shape ", shapes[i], " before a round and ",
                           name_of(made.type), " of shape ", made.shape, " after it"});
        const std::size_t shared = loop->body->input_behind(i);
        loop->unchanged.push_back({shared == i});
        loop->put_aside.push_back({shared != i && shared != Plan::no_input});
        if (loop->put_aside.back().set) aside += made.bytes();
    }
    loop->aside = loop->condition->arena_bytes() + loop->body->arena_bytes();
    step.scratch_bytes = loop->aside + aside;
    step.run = run_loop;
    step.placed = place_loop;
    step.kept = loop;
}

}}} // namespace lamina::internals::tflite
