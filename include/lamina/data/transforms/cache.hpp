// lamina/data/transforms/cache.hpp: elements that are made once and kept in memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What the first whole pass leaves to all others. It holds the source, since elements may point to what that keeps alive.
template <Dataset S> struct CacheStore {
    using All = std::vector<Kept<element_of<S>>>;

    S source;
    std::mutex access;
    std::shared_ptr<const All> elements;

    explicit CacheStore(S of) : source(std::move(of)) {}

    std::shared_ptr<const All> find()
    {
        const std::lock_guard lock(access);
        return elements;
    }
    void keep(All all)
    {
        auto whole = std::make_shared<const All>(std::move(all));
        const std::lock_guard lock(access);
        if (!elements) elements = std::move(whole);
    }
};

template <Dataset S> struct CacheDataset {
    using element = element_of<S>;
    using Store = CacheStore<S>;

    class Cursor {
    public:
        explicit Cursor(std::shared_ptr<Store> from) : store(std::move(from)), elements(store->find())
        {
            if (!elements) source.emplace(store->source.open(Pass{}));
        }

        bool next(element& to)
        {
            if (elements) {
                if (at == elements->size()) return false;
                to = (*elements)[at++].value;
                return true;
            }
            if (ended) return false;
            try {
                if (source->next(to)) {
                    if (whole) read.push_back({to});
                    return true;
                }
            }
            catch (...) {
                whole = false;
                read = {};
                throw;
            }
            ended = true;
            if (whole) store->keep(std::exchange(read, {}));
            return false;
        }

        /// A pass that fills the cache reads what it skips, since the next one finds it then.
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!elements) return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            n = std::min<std::uint64_t>(n, elements->size() - at);
            at += static_cast<std::size_t>(n);
            return n;
        }
        bool skips_places() const { return elements != nullptr; }

    private:
        std::shared_ptr<Store> store;
        std::shared_ptr<const typename Store::All> elements;
        std::size_t at = 0;
        std::optional<cursor_of<S>> source;
        typename Store::All read;
        bool whole = true, ended = false;
    };

    std::shared_ptr<Store> store;

    [[gnu::cold]] Cursor open(Pass) const { return Cursor(store); }
    [[gnu::cold]] auto spec() const { return lamina::spec(store->source); }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(store->source); }
};

} // namespace internals

/// Keeps the elements in memory: the first pass that is read to its end and in which nothing is thrown fills it, and later passes read from
/// it. Copies of the dataset share it, and several may be read at the same time, by several threads.
///
/// What it keeps is the source's pass 0, whichever pass is asked for: a shuffle stands behind it, so that the order changes.
///
/// Example  const auto decoded = range(100) | map([](std::int64_t i) { return i * i; }) | cache();
[[gnu::cold]] inline auto cache()
{
    return internals::Transform{[]<Dataset S>(S source) {
        static_assert(std::is_copy_assignable_v<internals::element_of<S>>,
                      "lamina: cache copies elements; elements of this type cannot be copied");
        return internals::CacheDataset<S>{std::make_shared<internals::CacheStore<S>>(std::move(source))};
    }};
}

}} // namespace lamina
