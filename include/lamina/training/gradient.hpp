// lamina/training/gradient.hpp: a gradient: a model of the same type.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/plan.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// A gradient of the model, and where its blocks and records lie.
template <class M>
struct Gradient {
    M model;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> records;

    [[gnu::cold]] explicit Gradient(const M& of) : model(zeros_like(of)), blocks(blocks_of(model)), records(records_of(model)) {}

    void clear()
    {
        using T = number_type<M>;
        for (auto& r : records) std::fill_n(r->template data<T>(), r->stored_size(), T(0));
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
