// lamina/graph/traced/plan_cache.hpp: the plans of a graph that were made, and who runs one.
#pragma once

#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

class Plan;

/// What a plan is made for: fetches, and nodes, types and shapes of feeds, as numbers.
using PlanKey = std::span<const std::uint64_t>;

/// Plans by what they are made for. A plan runs in one thread at a time, so one that is taken is in nobody else's hands: a second thread gets a
/// second one. The least recently used are let go.
class PlanCache {
public:
    static constexpr std::size_t most = 32;

    /// A plan that nobody runs, or null where there is none.
    std::shared_ptr<Plan> take(PlanKey key)
    {
        const std::lock_guard hold(guard);
        for (Entry& one : entries)
            if (one.is_for(key)) {
                one.used = ++clock;
                if (one.idle.empty()) return nullptr;
                auto plan = std::move(one.idle.back());
                one.idle.pop_back();
                return plan;
            }
        return nullptr;
    }
    void give_back(PlanKey key, std::shared_ptr<Plan> plan)
    {
        const std::lock_guard hold(guard);
        auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.is_for(key); });
        if (at == entries.end()) {
            if (entries.size() == most)
                entries.erase(std::min_element(entries.begin(), entries.end(),
                                               [](const Entry& a, const Entry& b) { return a.used < b.used; }));
            entries.push_back({{key.begin(), key.end()}, {}, ++clock});
            at = entries.end() - 1;
        }
        at->idle.push_back(std::move(plan));
    }
    /// Lets all go: the nodes have changed.
    void clear()
    {
        const std::lock_guard hold(guard);
        entries.clear();
    }
    std::size_t size() const
    {
        const std::lock_guard hold(guard);
        return entries.size();
    }

    /// Held by a run: with others by one that reads variables, alone by one that changes something.
    std::shared_mutex running;

private:
    struct Entry {
        std::vector<std::uint64_t> key;
        std::vector<std::shared_ptr<Plan>> idle;
        std::uint64_t used;

        bool is_for(PlanKey other) const { return std::equal(key.begin(), key.end(), other.begin(), other.end()); }
    };
    mutable std::mutex guard;
    std::vector<Entry> entries;
    std::uint64_t clock = 0;
};

}}} // namespace lamina::internals::graphs
