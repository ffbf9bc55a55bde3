// lamina/formats/array_of.hpp: what a program has, tensors, lists, variables, in the form of a file's arrays, for the writers of formats.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Numbers that a file can hold.
template <class T>
inline constexpr bool is_stored_number = std::is_integral_v<T> || std::is_same_v<T, float> || std::is_same_v<T, double>;

/// An expression of xtensor.
template <class E>
concept tensor_expression = requires(const E& e) {
    typename E::value_type;
    e.dimension();
    e.shape();
    e.template begin<xt::layout_type::row_major>();
};

} // namespace internals

namespace protocols {

/// An array to be written: whatever a program has that is one. It is a copy, except of the arrays of files, which share their bytes.
///
/// Takes    expressions of xtensor, `std::vector`s of numbers, single numbers, variables, records, arrays of files.
/// Refuses  a variable that is bound to nothing.
class Array {
public:
    Array(file_tensor given) : numbers(std::move(given)) {}
    Array(const stored_types::record& given) : numbers(internals::array_of_record(given)) {}
    Array(const AnyVariable& given) : numbers(of_variable(given)) {}

    template <class T>
        requires internals::is_stored_number<T>
    Array(T number)
    {
        take<T>({}, 1, [&](T& to) { to = number; });
    }
    template <class T, class Allocator>
        requires(internals::is_stored_number<T> && !std::is_same_v<T, bool>)
    Array(const std::vector<T, Allocator>& list)
    {
        auto next = list.begin();
        take<T>({list.size()}, list.size(), [&](T& to) { to = *next++; });
    }
    template <class E>
        requires internals::tensor_expression<E>
    Array(const E& expression)
    {
        using T = std::remove_cvref_t<typename E::value_type>;
        static_assert(internals::is_stored_number<T>, "lamina: files hold integers, bool, float and double; cast the expression");
        std::vector<std::size_t> shape;
        std::size_t size = 1;
        for (const auto extent : expression.shape()) {
            shape.push_back(static_cast<std::size_t>(extent));
            size *= shape.back();
        }
        auto next = expression.template begin<xt::layout_type::row_major>();
        take<T>(std::move(shape), size, [&](T& to) { to = static_cast<T>(*next++); });
    }

    file_tensor numbers;

private:
    [[gnu::cold]] static file_tensor of_variable(const AnyVariable& given)
    {
        if (!given.bound()) internals::refuse_unbound(given, "the variable");
        return internals::array_of_record(*given.storage());
    }

    /// Fills the array with `size` numbers, which `next(to)` gives one after another.
    template <class T, class Next> void take(std::vector<std::size_t> shape, std::size_t size, const Next& next)
    {
        numbers.type = stored_types::dtype_of<T>;
        numbers.shape = std::move(shape);
        std::string bytes(size * sizeof(T), '\0');
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
            T number{};
            next(number);
            std::memcpy(bytes.data() + at, &number, sizeof number);
        }
        numbers.owner = internals::keep_bytes(std::move(bytes));
        numbers.bytes = numbers.owner->text;
    }
};

/// An array and the name under which it is written: `{"X", x}`.
struct NamedArray {
    std::string name;
    Array array;
};
using NamedArrays = std::vector<NamedArray>;

} // namespace protocols

}} // namespace lamina
