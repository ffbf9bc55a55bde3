// A reference case: a folder of arrays that Keras computed, and how near lamina comes to them.
#pragma once

#include <lamina/core/extent.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/npy.hpp>

#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cases {

namespace npy = lamina::npy;

/// A folder, and the sentences that say where what was computed differs from it.
class Case {
public:
    explicit Case(std::filesystem::path where) : folder(std::move(where)) {}

    bool has(const std::string& name) const { return exists(folder / (name + ".npy")); }
    lamina::protocols::file_tensor array(const std::string& name) const { return npy::read(folder / (name + ".npy")); }

    /// Each number must be within 1e-6 + 1e-5 |reference| + 2e-6 max |reference| of `times` the reference.
    template <class T>
    void compare(std::string_view what, std::span<const T> got, std::span<const double> reference, double times = 1,
                 double terms = 0);

    void differ(std::string sentence) { found.push_back(std::move(sentence)); }
    /// Whether the array has that shape; another one is a difference.
    bool expect(std::string_view what, const lamina::protocols::file_tensor& array, const std::vector<std::size_t>& shape);

    const std::vector<std::string>& differences() const { return found; }

private:
    std::filesystem::path folder;
    std::vector<std::string> found;
};

/// Room for n numbers that ends where its memory ends, so that a sanitizer sees a step beyond it; NaN until written.
/// It starts on 64 bytes, or one number later: then no register's worth of it is aligned.
template <class T> class Room {
public:
    explicit Room(std::size_t n, bool aligned)
        : skipped(aligned ? 0 : 1), count(n), start(new(std::align_val_t{lamina::internals::alignment}) T[n + skipped])
    {
        for (std::size_t i = 0; i < n + skipped; ++i) start[i] = std::numeric_limits<T>::quiet_NaN();
    }
    Room(const std::vector<T>& values) : Room(values.size(), false) { std::copy(values.begin(), values.end(), data()); }

    T* data() { return start.get() + skipped; }
    const T* data() const { return start.get() + skipped; }
    operator std::span<const T>() const { return {data(), count}; }
    std::span<const T> all() const { return *this; }

private:
    struct release {
        void operator()(T* p) const { ::operator delete[](p, std::align_val_t{lamina::internals::alignment}); }
    };
    std::size_t skipped, count;
    std::unique_ptr<T[], release> start;
};

/// The numbers of a record in logical order.
template <class T> std::vector<T> values(lamina::stored_types::record& record)
{
    std::vector<T> all;
    record.for_each<T>([&](T value) { all.push_back(value); });
    return all;
}

/// Fills a record in logical order.
template <class T> void fill(lamina::stored_types::record& record, std::span<const T> with)
{
    std::size_t i = 0;
    record.for_each<T>([&](T& value) { value = with[i++]; });
}

inline std::vector<std::size_t> extents(const lamina::Shape& shape) { return {shape.extents, shape.extents + shape.rank}; }
inline lamina::Shape shape_of(const std::vector<std::size_t>& extents) // at most Shape::max_rank of them
{
    lamina::Shape shape;
    for (const std::size_t extent : extents) shape.push_back(extent);
    return shape;
}

} // namespace cases
