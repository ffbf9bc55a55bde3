// lamina/data/transforms/window.hpp: lists of neighbors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How windows lie. `shift`: from one window's first element to the next one's, 0 for the window's size. `stride`: between the elements of a
/// window. `drop_remainder`: whether windows that the end cuts short are left out.
struct WindowOptions {
    std::size_t shift = 0;
    std::size_t stride = 1;
    bool drop_remainder = false;
};

namespace internals {

/// Windows by numbers alone. `span`: the elements from a window's first to its last.
struct WindowPlan {
    std::size_t size, shift, stride, span;
    bool drop;

    /// How many windows n elements have.
    std::uint64_t count(std::uint64_t n) const
    {
        if (drop) return n < span ? 0 : (n - span) / shift + 1;
        return n / shift + (n % shift != 0);
    }
};

template <Dataset S> struct WindowDataset {
    using E = element_of<S>;
    using element = std::vector<E>;

    class Cursor {
    public:
        Cursor(cursor_of<S> from, WindowPlan how) : source(std::move(from)), plan(how) {}

        bool next(element& to)
        {
            pass_over();
            while (!ended && kept < plan.span) {
                if (kept == ring.size()) grow();
                if (!source.next(at(kept).value)) ended = true;
                else ++kept;
            }
            if (kept == 0 || (plan.drop && kept < plan.span)) return false;
            to.resize((kept - 1) / plan.stride + 1);
            for (std::size_t i = 0; i < to.size(); ++i) {
                E& from = at(i * plan.stride).value;
                if (i * plan.stride >= plan.shift || std::is_arithmetic_v<E>) to[i] = from; // the next window has it, too
                else take(to, i, from);
            }
            behind = plan.shift;
            return true;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            pass_over();
            if (n == 0) return 0;
            const std::uint64_t most = ~std::uint64_t{0} / plan.shift - plan.span;
            // The last of them is read, so that it is known to be there.
            const std::uint64_t before = std::min(n - 1, most) * plan.shift;
            const std::uint64_t of_kept = std::min<std::uint64_t>(before, kept), asked = before - of_kept;
            leave(static_cast<std::size_t>(of_kept));
            const std::uint64_t skipped = ended ? 0 : internals::skip_elements<E>(source, asked);
            if (skipped < asked) {
                ended = true;
                return plan.count(of_kept + skipped);
            }
            const std::uint64_t last = internals::read_over<element>(1, [&](element& unused) { return next(unused); });
            return last == 1 ? n : plan.count(before + kept);
        }

    private:
        struct Slot { // not bare: of bools, too, there are references
            E value{};
        };

        Slot& at(std::size_t i) { return ring[(first + i) % ring.size()]; }
        /// Only as much memory as windows need that are there.
        [[gnu::cold]] void grow()
        {
            std::rotate(ring.begin(), ring.begin() + static_cast<std::ptrdiff_t>(first), ring.end());
            first = 0;
            ring.resize(std::min(plan.span, std::max<std::size_t>(4, 2 * ring.size())));
        }
        static void take(element& to, std::size_t i, E& from)
        {
            if constexpr (!std::is_arithmetic_v<E>) std::swap(to[i], from);
        }
        void leave(std::size_t n)
        {
            if (ring.size() > 0) first = (first + n) % ring.size();
            kept -= n;
        }
        /// Gives up the elements before the next window.
        void pass_over()
        {
            const std::size_t of_kept = std::min(behind, kept), rest = std::exchange(behind, 0) - of_kept;
            leave(of_kept);
            if (rest == 0 || ended) return;
            if constexpr (requires { source.skip(rest); }) ended = source.skip(rest) < rest;
            else ended = internals::read_over(between, rest, [&](E& to) { return source.next(to); }) < rest;
        }

        cursor_of<S> source;
        WindowPlan plan;
        std::vector<Slot> ring;
        E between{}; // what lies between two windows
        std::size_t first = 0, kept = 0, behind = 0;
        bool ended = false;
    };

    S source;
    WindowPlan plan;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), plan}; }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source);
        return n < 0 ? n : static_cast<std::int64_t>(plan.count(static_cast<std::uint64_t>(n)));
    }
};

} // namespace internals

/// Lists of `n` elements, each a std::vector: the next begins `shift` elements behind the last one's beginning. The last lists may have fewer;
/// with `drop_remainder` these are left out. Behind it stands a map, or `padded_batch`.
///
/// Where reading an element throws, the window goes on with the one behind it.
///
/// Refuses  a size or a stride of 0
///
/// Example  const auto three = range(5) | window(3, {.shift = 2}); // {0, 1, 2}, {2, 3, 4}, {4}
[[gnu::cold]] inline auto window(std::size_t n, WindowOptions options = {})
{
    if (n == 0 || options.stride == 0)
        internals::fail({"window: a size of ", n, " elements that are ", options.stride, " apart; both are 1 or more"});
    const std::size_t most = ~std::size_t{0} / 4;
    if (n > most / options.stride || options.shift > most)
        internals::fail({"window: a size of ", n, " elements that are ", options.stride, " apart, a shift of ", options.shift,
                         "; choose smaller ones"});
    const internals::WindowPlan plan{n, options.shift > 0 ? options.shift : n, options.stride, (n - 1) * options.stride + 1,
                                     options.drop_remainder};
    return internals::Transform{[plan]<Dataset S>(S source) {
        static_assert(std::is_copy_assignable_v<internals::element_of<S>>,
                      "lamina: window copies elements that two windows share; elements of this type cannot be copied");
        return internals::WindowDataset<S>{std::move(source), plan};
    }};
}

}} // namespace lamina
