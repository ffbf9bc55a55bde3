// lamina/autodiff/way_back.hpp: from targets back to sources over the steps of a journal: a loop over indices, without recursion.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/journal.hpp>
#include <lamina/ops/spreading.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A variable's form without numbers, as a source of gradients and an input of steps.
inline AnyTensor form_of(const std::shared_ptr<record>& r, std::uint32_t tapes)
{
    AnyTensor form(tensors::new_body(r->type(), r->extents(), 0));
    tensors::journal().follow(form, r, tapes);
    return form;
}

/// The record of a variable, or of a variable and its name.
template <class V>
    requires requires(const V& v) { v.storage(); }
const std::shared_ptr<record>& record_of(const V& v)
{
    return v.storage();
}
template <class V>
    requires requires(const V& v) { v.variable.storage(); }
const std::shared_ptr<record>& record_of(const V& v)
{
    return v.variable.storage();
}

/// One way back.
class WayBack {
public:
    WayBack(std::uint32_t tape, bool keeps_steps) : journal(tensors::journal()), bit{tape}, persistent(keeps_steps) {}

    /// Writes the gradients by the sources; those of sources that the targets do not depend on stay empty.
    void go(std::span<const AnyTensor> targets, std::span<const AnyTensor> cotangents, std::span<const AnyTensor* const> sources,
            std::span<AnyTensor> result)
    {
        for (const AnyTensor& target : targets)
            if (follows(target)) end = std::max<std::size_t>(end, target.trail().index + 1);
        from = end;
        for (const AnyTensor* source : sources)
            if (follows(*source)) from = std::min<std::size_t>(from, source->trail().index);
        if (from >= end) return;
        mark(sources);
        gradients.resize(end - from);
        for (std::size_t i = 0; i < targets.size(); ++i)
            if (follows(targets[i]) && targets[i].trail().index >= from) begin_at(targets[i], cotangents[i]);
        for (std::size_t i = end; i-- > from;) step_back(i);
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (const AnyTensor& source = *sources[i]; follows(source) && source.trail().index < end)
                result[i] = gradients[source.trail().index - from];
    }

private:
    enum : std::uint8_t { leads_on = 1, is_source = 2 };

    bool follows(const AnyTensor& t)
    {
        const tensors::Step* const step = t ? journal.find(t) : nullptr;
        return step && (step->tapes & bit) != 0;
    }

    /// Marks the sources, and what leads from one of them to a target.
    void mark(std::span<const AnyTensor* const> sources)
    {
        marks.resize(end - from);
        const std::size_t born = journal.born[static_cast<std::size_t>(std::countr_zero(bit))];
        for (const AnyTensor* source : sources)
            if (follows(*source) && source->trail().index < end) marks[source->trail().index - from] = is_source;
        for (std::size_t i = from; i < end; ++i) {
            const tensors::Step& step = journal.steps[i];
            if ((step.tapes & bit) == 0 || i < born) continue; // what was before the tape is not its business
            for (std::uint32_t k = 0; k < step.count; ++k)
                if (marked(journal.values[step.first + k])) {
                    marks[i - from] |= leads_on;
                    break;
                }
        }
    }
    bool marked(const AnyTensor& in)
    {
        return journal.find(in) && in.trail().index >= from && marks[in.trail().index - from] != 0;
    }

    void begin_at(const AnyTensor& target, const AnyTensor& cotangent)
    {
        if (cotangent && (!tensors::may_equal(cotangent.shape(), target.shape()) || cotangent.dtype() != target.dtype()))
            fail({"GradientTape: the cotangent is ", name_of(cotangent.dtype()), ' ', cotangent.shape(), ", its target is ",
                  name_of(target.dtype()), ' ', target.shape()});
        add(gradients[target.trail().index - from], cotangent ? cotangent : AnyTensor(ones_like(target)));
    }

    static void add(AnyTensor& sum, AnyTensor gradient)
    {
        if (sum) sum = tensors::run(tensors::formula_entry<ops::Plus>, sum, gradient);
        else sum = std::move(gradient);
    }

    void step_back(std::size_t i)
    {
        const std::uint8_t mark = marks[i - from];
        tensors::Step& step = journal.steps[i];
        AnyTensor dy = (mark & is_source) != 0 ? gradients[i - from] : std::move(gradients[i - from]);
        if ((mark & leads_on) != 0 && dy) pass(step, dy);
        if (!persistent && step.tapes == bit) journal.let_go(step);
    }

    void pass(tensors::Step& step, const AnyTensor& dy)
    {
        const std::size_t count = step.count;
        std::array<const AnyTensor*, 4> few;
        std::array<AnyTensor, 4> few_gradients;
        const AnyTensor** in = few.data();
        AnyTensor* dx = few_gradients.data();
        if (count > few.size()) {
            many.assign(count, nullptr);
            many_gradients.assign(count, {});
            in = many.data();
            dx = many_gradients.data();
        }
        std::uint32_t wanted = 0;
        for (std::size_t k = 0; k < count; ++k) {
            in[k] = &journal.values[step.first + k];
            if (k < 32 && marked(*in[k])) wanted |= 1u << k;
        }
        const tensors::StepBack back{{in, count}, step.output, dy, journal.attributes_of(step), wanted};
        if (step.more) step.more->gradient(back, dx);
        else step.op->gradient(back, dx);
        for (std::size_t k = 0; k < count; ++k)
            if (dx[k] && marked(*in[k])) add(gradients[in[k]->trail().index - from], std::move(dx[k]));
    }

    tensors::Journal& journal;
    std::uint32_t bit;
    bool persistent;
    std::size_t from = 0, end = 0;
    std::vector<std::uint8_t> marks;
    std::vector<AnyTensor> gradients, many_gradients;
    std::vector<const AnyTensor*> many;
};

[[gnu::noinline]] inline void way_back(std::uint32_t tape, bool keeps_steps, std::span<const AnyTensor> targets,
                                       std::span<const AnyTensor> cotangents, std::span<const AnyTensor* const> sources,
                                       std::span<AnyTensor> result)
{
    WayBack(tape, keeps_steps).go(targets, cotangents, sources, result);
}

}}} // namespace lamina::internals
