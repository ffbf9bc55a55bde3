// lamina/core/record_rows.hpp: the numbers of a record without the padding of its rows: as bytes in a row, out and in.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>

#include <cstddef>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Copies the numbers of a record to a place that holds them.
[[gnu::noinline]] inline void copy_out(const record& from, void* place)
{
    auto* to = static_cast<std::byte*>(place);
    const std::size_t each = bytes_of(from.type());
    const auto* const numbers = from.data<std::byte>();
    from.for_each_row([&](std::size_t at, std::size_t count) {
        std::memcpy(to, numbers + at * each, count * each);
        to += count * each;
    });
}

/// Gives a record the numbers that lie in a row, of its type.
[[gnu::noinline]] inline void copy_in(const void* place, record& to)
{
    const auto* from = static_cast<const std::byte*>(place);
    const std::size_t each = bytes_of(to.type());
    auto* const numbers = to.data<std::byte>();
    to.for_each_row([&](std::size_t at, std::size_t count) {
        std::memcpy(numbers + at * each, from, count * each);
        from += count * each;
    });
    to.changed();
}

}}} // namespace lamina::internals
