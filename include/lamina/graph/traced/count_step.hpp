// lamina/graph/traced/count_step.hpp: the action that counts a training step.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// Counts a training step.
class CountStep final : public tensors::NodeAction {
public:
    static constexpr std::string_view name_of_kind = "CountStep";

    explicit CountStep(std::shared_ptr<record> count) : steps(std::move(count)) {}
    std::string_view kind() const override { return name_of_kind; }
    void run(const tensors::Inputs&, const AnyTensor& out) override
    {
        auto& count = *steps->data<std::int64_t>();
        count = static_cast<std::int64_t>(static_cast<std::uint64_t>(count) + 1); // of a damaged file: wraps around
        steps->changed();
        *out.numbers<std::int64_t>() = count;
    }
    std::span<const std::shared_ptr<record>> changes() const override { return {&steps, 1}; }

private:
    std::shared_ptr<record> steps;
};

[[gnu::cold]] inline std::shared_ptr<tensors::NodeAction> make_count_step(const StoredAction& stored)
{
    if (stored.changes.size() != 1 || !stored.keeps.empty() || stored.inputs.size() != 0)
        stored.refuse({"counts training steps; it changes one variable, and reads nothing"});
    const record& count = *stored.changes[0];
    if (count.type() != dtype::int64 || count.extents() != Shape{} || stored.type != dtype::int64 || stored.extents != Shape{})
        stored.refuse({"counts training steps in \"", count.name, "\"; that has to be one int64 number"});
    return std::make_shared<CountStep>(stored.changes[0]);
}

inline constexpr ActionKind count_steps{CountStep::name_of_kind, make_count_step};

}}} // namespace lamina::internals::graphs
