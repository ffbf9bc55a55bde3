// lamina/ops/run.hpp: runs an op on tensors: computes it or writes it down, and tells the tapes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/journal.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

[[gnu::noinline]] inline void write_down(const OpEntry& op, const Inputs& in, AnyTensor& out, const Attributes& with)
{
    journal().write(op, in, out, with);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_empty_input(const OpEntry& op, std::size_t at)
{
    fail({op.name, ": input ", at, " is empty; is it the gradient of a source that is not connected?"});
}

inline constexpr Attributes no_attributes{};

/// The result of an op. Errors are those of its `infer`.
inline AnyTensor run_on(const OpEntry& op, const Inputs& in, const Attributes& with = no_attributes)
{
    Shape extents;
    dtype type = with.type;
    bool symbolic = false;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!in[i]) refuse_empty_input(op, i);
        symbolic |= in[i].body().symbolic;
    }
    if (in.size() > 0) {
        extents = in[0].shape();
        type = in[0].dtype();
    }
    op.infer(in, with, extents, type);
    AnyTensor out;
    if (symbolic) [[unlikely]]
        out = write_node(op, in, with, extents, type);
    else {
        out = empty_tensor(type, extents);
        op.compute(in, out, with);
    }
    if (recording != 0 && op.gradient) write_down(op, in, out, with);
    return out;
}

inline AnyTensor run(const OpEntry& op, const AnyTensor& x, const Attributes& with = no_attributes)
{
    const AnyTensor* const in[]{&x};
    return run_on(op, {in, 1}, with);
}
inline AnyTensor run(const OpEntry& op, const AnyTensor& a, const AnyTensor& b, const Attributes& with = no_attributes)
{
    const AnyTensor* const in[]{&a, &b};
    return run_on(op, {in, 2}, with);
}
inline AnyTensor run(const OpEntry& op, const AnyTensor& a, const AnyTensor& b, const AnyTensor& c,
                     const Attributes& with = no_attributes)
{
    const AnyTensor* const in[]{&a, &b, &c};
    return run_on(op, {in, 3}, with);
}
/// An op of any number of inputs.
[[gnu::cold]] inline AnyTensor run_on_all(const OpEntry& op, std::span<const AnyTensor> all,
                                          const Attributes& with = no_attributes)
{
    std::vector<const AnyTensor*> in;
    for (const AnyTensor& one : all) in.push_back(&one);
    return run_on(op, {in.data(), in.size()}, with);
}

}}} // namespace lamina::internals::tensors
