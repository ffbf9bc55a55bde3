// lamina/training/origin.hpp: what became of the model that a trainer was made for.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/record.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/trace/trace.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The user's model, which shares its records with the trainer's own. It may move, or be gone: then it is never looked at again.
template <class M> class Origin {
public:
    [[gnu::cold]] explicit Origin(M& of)
        : at(&of), blocks(blocks_of(of)), records(records_of(of)), places(records.size(), nullptr)
    {
        for_each_any_variable(of, [&](const AnyVariable& variable) __attribute__((cold)) {
            std::size_t i = 0;
            while (i < records.size() && records[i] != variable.storage()) ++i;
            if (i == records.size() || places[i]) return;
            places[i] = &variable;
            records[i]->watch(&variable);
        });
    }

    /// Throws where the model is there and was changed; plain data is copied from it to the trainer's model.
    [[gnu::cold]] void look(M& own) const
    {
        bool there = false, changed = false;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto tie = records[i]->tied_to(places[i]);
            changed = changed || tie == record::tie::replaced;
            there = there || (tie == record::tie::held && inside(places[i]));
        }
        if (there) changed = blocks_of(*at) != blocks || records_of(*at) != records;
        if (changed) fail({"the model was changed since compile: it is bound to other variables; compile it again"});
        if (there) copy_structure(*at, own);
    }

private:
    /// Whether a variable lies in the model itself, and not in a list of its own: while it is there, so is the model.
    bool inside(const void* variable) const
    {
        const std::less<const void*> before;
        return !before(variable, at) && before(variable, at + 1);
    }

    const M* at;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> records;
    std::vector<const void*> places; ///< of a variable that is bound to each record
};

}}} // namespace lamina::internals
