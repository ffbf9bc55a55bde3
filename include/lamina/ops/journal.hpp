// lamina/ops/journal.hpp: what the tapes of a thread know: one list of steps for all of them, each with the set of tapes that follow it.
//
// A tape is a bit. A step is written down where one of its inputs is followed by a tape that listens; the rest leaves no trace.
// A handle knows its step by index and epoch. Epochs are never used twice in a program, and change whenever steps are cut off, so a handle
// that is left over, or comes from another thread, is a constant.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/ops/entry.hpp>
#include <lamina/ops/tracing.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// What a step of a layer, or of a function with a gradient of its own, keeps beside its tensors.
struct Extension {
    Extension() = default;
    Extension(const Extension&) = delete;
    Extension& operator=(const Extension&) = delete;
    virtual ~Extension() = default;
    virtual void gradient(const StepBack& step, AnyTensor* dx) = 0;
};

struct Step {
    const OpEntry* op = nullptr; ///< null: a tensor that is watched, which nothing led to
    AnyTensor output;
    std::uint64_t epoch = 0;
    std::uint32_t first = 0, count = 0; ///< of its inputs
    std::uint32_t tapes = 0;
    std::uint32_t attributes = 0, attributes_before = 0; ///< its own, if it has some, and how many stand before it
    std::unique_ptr<Extension> more;
};

/// Elements that never move, since a step is read while others are written behind it.
template <class Element> class Row {
public:
    static constexpr std::size_t bits = 10, block = std::size_t{1} << bits;

    Element& operator[](std::size_t i) { return blocks[i >> bits][i & (block - 1)]; }
    std::size_t size() const { return count; }
    Element& append()
    {
        if (count == blocks.size() * block) blocks.push_back(std::make_unique<Element[]>(block));
        return (*this)[count++];
    }
    /// Cuts off the end; some blocks are kept.
    void cut(std::size_t to)
    {
        while (count > to) (*this)[--count] = Element{};
        const std::size_t most = to / block + 1024;
        if (blocks.size() > most) blocks.resize(most);
    }

private:
    std::vector<std::unique_ptr<Element[]>> blocks;
    std::size_t count = 0;
};

inline std::uint64_t next_epoch()
{
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

/// The tapes of this thread that listen, and those of them that follow every variable that is read.
inline constinit thread_local std::uint32_t recording = 0, following_variables = 0;

/// The form of a tensor without its numbers, for what a gradient does not read. Small ones stay as they are, and those of a trace, where a
/// node of the gradient may read them as a constant.
inline AnyTensor without_numbers(const AnyTensor& t)
{
    if (t.body().symbolic || tracing || t.size() * bytes_of(t.dtype()) <= 1024) return t;
    AnyTensor form(new_body(t.dtype(), t.shape(), 0));
    form.set_trail(t.trail());
    return form;
}

class Journal {
public:
    Row<Step> steps;
    Row<AnyTensor> values; ///< the inputs of the steps
    std::uint32_t living = 0;
    std::array<std::size_t, 32> born{}; ///< how many steps there were when a tape began: it goes back to these and no further

    Step* find(const AnyTensor& t)
    {
        const Trail& trail = t.trail();
        if (trail.epoch == 0 || trail.index >= steps.size()) return nullptr;
        Step& step = steps[trail.index];
        return step.epoch == trail.epoch ? &step : nullptr;
    }
    std::uint32_t tapes_of(const AnyTensor& t)
    {
        const Step* const step = find(t);
        return step ? step->tapes : 0;
    }
    const Attributes& attributes_of(const Step& step) const { return attributes[step.attributes]; }

    /// A tensor that nothing led to and that tapes follow from here on.
    Step& add_leaf(AnyTensor& t)
    {
        Step& step = steps.append();
        step.epoch = epoch;
        step.first = static_cast<std::uint32_t>(values.size());
        step.attributes_before = static_cast<std::uint32_t>(attributes.size());
        t.set_trail({epoch, static_cast<std::uint32_t>(steps.size() - 1)});
        return step;
    }

    /// Writes a step down, if a tape that listens follows one of the inputs.
    void write(const OpEntry& op, const Inputs& in, AnyTensor& out, const Attributes& with)
    {
        if (const std::uint32_t tapes = followed(in); tapes != 0 && is_of_variables(out.dtype()))
            append(op, in, out, with, tapes);
    }
    std::uint32_t followed(const Inputs& in)
    {
        std::uint32_t tapes = 0;
        for (std::size_t i = 0; i < in.size(); ++i) tapes |= tapes_of(in[i]);
        return tapes & recording;
    }
    Step& append(const OpEntry& op, const Inputs& in, AnyTensor& out, const Attributes& with, std::uint32_t tapes)
    {
        Step& step = steps.append();
        step.op = &op;
        step.epoch = epoch;
        step.tapes = tapes;
        step.first = static_cast<std::uint32_t>(values.size());
        step.count = static_cast<std::uint32_t>(in.size());
        step.attributes_before = static_cast<std::uint32_t>(attributes.size());
        if (with.count > 0 || with.number != 0) {
            attributes.push_back(with);
            step.attributes = static_cast<std::uint32_t>(attributes.size() - 1);
        }
        const bool keeps_inputs = (static_cast<int>(op.kept) & static_cast<int>(keeps::inputs)) != 0;
        for (std::size_t i = 0; i < in.size(); ++i) values.append() = keeps_inputs ? in[i] : without_numbers(in[i]);
        out.set_trail({epoch, static_cast<std::uint32_t>(steps.size() - 1)});
        if ((static_cast<int>(op.kept) & static_cast<int>(keeps::output)) != 0) step.output = out;
        return step;
    }

    /// Lets go of what a step keeps; its form stays.
    void let_go(Step& step)
    {
        for (std::uint32_t i = 0; i < step.count; ++i) values[step.first + i] = {};
        step.output = {};
        step.more.reset();
    }

    /// A tape has ended, whose first step is `begin`: what only it followed is let go.
    void end(std::uint32_t tape, std::size_t begin)
    {
        living &= ~tape;
        if (living == 0) return cut(0);
        leave(tape, begin);
        std::size_t last = steps.size();
        while (last > begin && steps[last - 1].tapes == 0) --last;
        if (last < steps.size()) cut(last);
    }
    /// A tape follows nothing any more.
    void leave(std::uint32_t tape, std::size_t begin)
    {
        for (std::size_t i = begin; i < steps.size(); ++i)
            if (Step& step = steps[i]; (step.tapes & tape) != 0 && (step.tapes &= ~tape) == 0) let_go(step);
    }

    /// The step of a variable that is read, which all its readers share, so that their gradients are summed. The map owns the record: an
    /// address that comes again is not taken for it.
    void follow(AnyTensor& read, const std::shared_ptr<record>& variable, std::uint32_t tapes)
    {
        const auto known = variables.find(variable.get());
        if (known != variables.end()) {
            read.set_trail(known->second.trail);
            if (Step* const step = find(read)) {
                step->tapes |= tapes;
                return;
            }
            if (tapes == 0) return read.set_trail({});
            add_leaf(read).tapes = tapes;
            known->second.trail = read.trail();
            return;
        }
        if (tapes == 0) return;
        add_leaf(read).tapes = tapes;
        variables.insert({variable.get(), Leaf{variable, read.trail()}});
    }

private:
    struct Leaf {
        std::shared_ptr<record> variable;
        Trail trail;
    };

    void cut(std::size_t to)
    {
        if (to < steps.size()) {
            const std::size_t values_before = steps[to].first, attributes_before = steps[to].attributes_before;
            steps.cut(to);
            values.cut(values_before);
            attributes.resize(attributes_before);
        }
        for (std::size_t& steps_before : born) steps_before = std::min(steps_before, to);
        epoch = next_epoch();
        if (to == 0) variables.clear();
        else
            for (auto leaf = variables.begin(); leaf != variables.end();)
                leaf = leaf->second.trail.index >= to ? variables.erase(leaf) : std::next(leaf);
    }

    std::deque<Attributes> attributes{Attributes{}};
    std::unordered_map<const record*, Leaf> variables;
    std::uint64_t epoch = next_epoch();
};

inline Journal& journal()
{
    static thread_local Journal mine;
    return mine;
}

}}} // namespace lamina::internals::tensors
