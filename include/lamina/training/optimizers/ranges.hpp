// lamina/training/optimizers/ranges.hpp: the elements of many records, cut into ranges for the pool.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/thread_pool.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// The bytes of one range: 16,384 floats. A constant, so that the cut depends on the records alone, never on the threads.
inline constexpr std::size_t range_bytes = 64 * 1024;

/// The stored numbers of a record behind each other, by the record's type: `f(pointer)`. Where T says that all records hold
/// one type, only that is compiled. Records of another type, and of one that no optimizer knows, are passed over.
template <class T = void, class F> void with_numbers(record& r, F&& f)
{
    if constexpr (!std::is_void_v<T>) {
        if (r.type() == dtype_of<T>) f(r.data<T>());
    }
    else if (r.type() == dtype::float32) f(r.data<float>());
    else if (r.type() == dtype::float64) f(r.data<double>());
}

/// Calls `f(index, first, count)` so that every stored element of every record is met once, on at most `threads` threads:
/// elements `first` to `first + count` of `records[index]`. Both are multiples of 64 bytes. Allocates nothing.
template <class F> void for_each_range(std::span<const std::shared_ptr<record>> records, std::size_t threads, const F& f)
{
    const auto bytes = [&](std::size_t index) { return records[index]->stored_size() * bytes_of(records[index]->type()); };
    std::size_t total = 0;
    for (std::size_t index = 0; index < records.size(); ++index) total += bytes(index);

    parallel_for((total + range_bytes - 1) / range_bytes, threads, [&](std::size_t range) {
        const std::size_t first = range * range_bytes, last = std::min(first + range_bytes, total);
        for (std::size_t index = 0, start = 0; start < last; ++index) {
            const std::size_t end = start + bytes(index), from = std::max(first, start), to = std::min(last, end);
            const std::size_t element = bytes_of(records[index]->type());
            if (from < to) f(index, (from - start) / element, (to - from) / element);
            start = end;
        }
    });
}

}}} // namespace lamina::internals::optimizers
