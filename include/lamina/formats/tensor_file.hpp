// lamina/formats/tensor_file.hpp: arrays of files in one form, whatever the format: name, dtype, shape, bytes.
//
// A reader of a format gives a `file_tensor` or a `tensor_file`; `load`, `Graph` and `Checkpoint` take them, and know no format.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/core/shape.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Bytes that arrays of a file lie in: those of the whole file, or what a reader made of a part. (A class of lamina's, since what the
/// standard library emits for a std::string alone would be shared by objects of all instruction sets.)
struct file_bytes {
    std::string text;
};
[[gnu::cold]] inline std::shared_ptr<const file_bytes> keep_bytes(std::string bytes)
{
    return std::shared_ptr<const file_bytes>(new file_bytes{std::move(bytes)});
}

/// Whether `value` keeps its value as a `To`. Reals take every number, rounded; integers take only what they can hold.
template <class To, class From> constexpr bool is_held_by(From value)
{
    if constexpr (std::floating_point<To>) { return true; }
    else if constexpr (std::floating_point<From>) {
        // Both bounds are powers of two, so they are exact in every floating type; a NaN fails each comparison.
        constexpr From above = static_cast<From>(std::uint64_t{1} << (std::numeric_limits<To>::digits - 1)) * 2;
        constexpr From below = std::is_signed_v<To> ? -above : From(0);
        return value >= below && value < above && value == static_cast<From>(static_cast<To>(value));
    }
    else {
        return std::in_range<To>(value);
    }
}

/// Extents as a text: `[3, 2]`.
struct extents_text {
    const std::vector<std::size_t>& shape;

    [[gnu::cold]] friend void print(std::string& to, const extents_text& extents)
    {
        internals::print(to, '[');
        for (std::size_t axis = 0; axis < extents.shape.size(); ++axis)
            internals::append(to, {axis > 0 ? ", " : "", extents.shape[axis]});
        internals::print(to, ']');
    }
};

} // namespace internals

namespace protocols {

/// An array of a file. Its numbers lie in C order (the last axis runs fastest) without padding, in this machine's byte order; a reader
/// turns what its format stores in another way. Copies share the bytes, which stay as long as one of them does.
struct file_tensor {
    std::string name;
    dtype type = dtype::float32;
    std::vector<std::size_t> shape; ///< outermost first; empty for a single number
    std::string_view bytes;
    std::shared_ptr<const internals::file_bytes> owner; ///< what the bytes lie in; null where they stay by themselves
    std::string_view foreign{}; ///< the file's word for a type that lamina has not, "C64"; then `type` says nothing

    /// What its numbers are called.
    std::string_view type_name() const { return foreign.empty() ? internals::name_of(type) : foreign; }

    /// The number of elements, of a type that lamina has.
    std::size_t size() const { return bytes.size() / internals::bytes_of(type); }

    [[gnu::cold]] bool has_shape(const Shape& extents) const
    {
        return std::equal(shape.begin(), shape.end(), extents.extents, extents.extents + extents.rank);
    }
    bool has_type(dtype wanted) const { return foreign.empty() && type == wanted; }

    /// The elements as another number type; truth values are 0 and 1.
    ///
    /// Refuses   a number that the integer type `T` cannot hold, a type that lamina has not.
    /// Numerics  to a real type: rounded to the nearest.
    template <class T>
        requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
    std::vector<T> as() const
    {
        if (!foreign.empty()) internals::fail({name, ": holds ", foreign, ", which is not read; save it as float32"});
        std::vector<T> result(size());
        internals::with_number_of(type, [&](auto stored) {
            for (std::size_t i = 0; i < result.size(); ++i) {
                std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
                const auto number = internals::value_of(stored);
                if (!internals::is_held_by<T>(number))
                    internals::fail({name, ": element ", i, " is ", +number,
                                     ", which the integer type asked for cannot hold; ask for a wider one or a real one"});
                result[i] = static_cast<T>(number); // NOLINT(bugprone-signed-char-misuse): numbers, no characters
            }
        });
        return result;
    }

    /// Writes its form, `float32 [3, 2]`.
    [[gnu::cold]] friend void print(std::string& to, const file_tensor& tensor)
    {
        internals::append(to, {tensor.type_name(), ' ', internals::extents_text{tensor.shape}});
    }
};

/// Texts under names: what a file says of itself.
struct named_text {
    std::string name, text;
};
using named_texts = std::vector<named_text>;

/// The text under a name, or null.
[[gnu::cold]] inline const std::string* find(const named_texts& texts, std::string_view name)
{
    for (const auto& one : texts)
        if (one.name == name) return &one.text;
    return nullptr;
}

/// A file of arrays, read and checked. No two of them have one name.
struct tensor_file {
    std::string name; ///< what errors call it: its path
    std::vector<file_tensor> tensors{};
    named_texts metadata{};
};

/// A record and the name under which it is written into a file.
struct named_record {
    std::string name;
    std::shared_ptr<stored_types::record> numbers;
};
using named_records = std::vector<named_record>;

} // namespace protocols

namespace internals {

/// Refuses a file of which a reader said what cannot be: two arrays of one name, bytes that are not those of the shape.
[[gnu::cold]] inline void check_arrays(const tensor_file& file)
{
    const auto twice = repeated({file.tensors, [](const file_tensor& tensor) { return std::string_view(tensor.name); }});
    if (twice.data()) fail({file.name, ": two arrays have the name \"", twice, "\"; rename one"});
    for (const auto& tensor : file.tensors) {
        if (!tensor.foreign.empty()) continue;
        std::size_t left = tensor.size();
        bool fits = tensor.bytes.size() % bytes_of(tensor.type) == 0, empty = false;
        for (const std::size_t extent : tensor.shape) {
            empty = empty || extent == 0;
            fits = fits && (extent == 0 || left % extent == 0);
            if (extent != 0) left /= extent;
        }
        if (empty ? !tensor.bytes.empty() : !fits || left != 1)
            fail({file.name, ": \"", tensor.name, "\" is ", tensor, " and has ", tensor.bytes.size(),
                  " bytes; give it those of its shape"});
    }
}

/// The numbers of a record in C order, without padding.
[[gnu::cold]] inline file_tensor array_of_record(const record& numbers)
{
    const Shape& extents = numbers.extents();
    file_tensor made{numbers.name, numbers.type(), {extents.extents, extents.extents + extents.rank}, {}, {}};
    std::string bytes(extents.size() * bytes_of(made.type), '\0');
    copy_out(numbers, bytes.data());
    made.owner = keep_bytes(std::move(bytes));
    made.bytes = made.owner->text;
    return made;
}

/// Copies the numbers of an array into a record of the same type and size.
inline void copy(const file_tensor& from, record& to) { copy_in(from.bytes.data(), to); }

} // namespace internals

}} // namespace lamina
