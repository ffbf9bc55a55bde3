// lamina/data/transforms/repeat.hpp: the elements again and again.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct RepeatDataset {
    using element = element_of<S>;
    static constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

    class Cursor {
    public:
        Cursor(S of, std::uint64_t n, std::uint64_t begin) : source(std::move(of)), times(n), first(begin) {}

        bool next(element& to)
        {
            for (bool empty = false; done < times; pass_over()) {
                begin();
                if (now->next(to)) return given = true;
                if (!given && std::exchange(empty, true) && times == endless)
                    return false; // passes without an element would never end
            }
            return false;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            std::uint64_t skipped = 0;
            const std::int64_t whole = lamina::cardinality(source);
            bool empty = false;
            while (skipped < n && done < times) {
                if (!now && whole > 0 && n - skipped >= static_cast<std::uint64_t>(whole)) { // whole passes need no reading
                    const std::uint64_t passes = std::min((n - skipped) / static_cast<std::uint64_t>(whole), times - done);
                    skipped += passes * static_cast<std::uint64_t>(whole);
                    done += passes;
                    continue;
                }
                try {
                    if (!now) now.emplace(source.open(Pass{first + done}));
                }
                catch (...) {
                    break; // `next` says so
                }
                const std::uint64_t here = internals::skip_elements<element>(*now, n - skipped);
                given |= here > 0;
                skipped += here;
                if (skipped == n) break;
                if (!given && std::exchange(empty, true) && times == endless) break;
                pass_over();
            }
            return skipped;
        }

    private:
        void begin()
        {
            if (now) return;
            try {
                now.emplace(source.open(Pass{first + done}));
            }
            catch (...) {
                done = times; // the next pass would not begin, either
                throw;
            }
        }
        void pass_over()
        {
            now.reset();
            ++done;
        }

        S source;
        std::uint64_t times, first;
        std::optional<cursor_of<S>> now;
        std::uint64_t done = 0;
        bool given = false;
    };

    S source;
    std::uint64_t times;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source, times, times == endless ? pass.epoch : pass.epoch * times}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source);
        if (n == 0 || times == 0) return 0;
        if (times == endless) return infinite_cardinality;
        if (n < 0) return n;
        const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        return times > most / static_cast<std::uint64_t>(n) ? infinite_cardinality : n * static_cast<std::int64_t>(times);
    }
};

[[gnu::cold]] inline auto repeat_times(std::uint64_t times)
{
    return Transform{[times]<Dataset S>(S source) { return RepeatDataset<S>{std::move(source), times}; }};
}

} // namespace internals

/// The elements `times` times, or without an end. A shuffle before it gives another order each time: pass e of the repeated dataset
/// opens the passes e·times, e·times + 1, … of its source (without an end: e, e + 1, …).
///
/// `repeat | batch` mixes passes in a batch, `batch | repeat` does not.
///
/// Example: `range(3) | repeat(2)` gives 0, 1, 2, 0, 1, 2
[[gnu::cold]] inline auto repeat(std::uint64_t times) { return internals::repeat_times(times); }
[[gnu::cold]] inline auto repeat() { return internals::repeat_times(~std::uint64_t{0}); }

}} // namespace lamina
