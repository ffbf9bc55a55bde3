// lamina/data/example.hpp: tf.Example, TensorFlow's records of named features, into a plain struct and back.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/formats/example_message.hpp>

#include <protozero/pbf_writer.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals { namespace examples {

/// What a field of a struct is: values of type `T`, `size` of them, which lie together from `data(field)` on. 0: as many as there are.
template <class F> struct field_of {
    using T = F;
    static constexpr std::size_t size = 1;
    static auto* data(auto& field) { return &field; }
};
template <class V, std::size_t N> struct field_of<std::array<V, N>> {
    using T = V;
    static constexpr std::size_t size = N;
    static auto* data(auto& field) { return field.data(); }
};
template <class V, std::size_t... N, bool Sharable>
struct field_of<xt::xtensor_fixed<V, xt::xshape<N...>, xt::layout_type::row_major, Sharable>> {
    using T = V;
    static constexpr std::size_t size = (N * ... * 1);
    static auto* data(auto& field) { return field.data(); }
};
template <class V> struct field_of<std::vector<V>> {
    static_assert(!std::is_same_v<V, bool>, "lamina: a std::vector<bool> is no list of values; take std::vector<std::uint8_t>");
    using T = V;
    static constexpr std::size_t size = 0;
    static auto* data(auto& field) { return field.data(); }
};

template <class F> inline constexpr bool is_optional = false;
template <class F> inline constexpr bool is_optional<std::optional<F>> = true;

/// What values of a type are a list of; none of what an example cannot hold.
template <class T> constexpr Kind kind_of_values()
{
    constexpr Kind kind = std::is_same_v<T, std::string>                          ? Kind::bytes
                          : std::is_integral_v<T>                                 ? Kind::integers
                          : std::is_same_v<T, float> || std::is_same_v<T, double> ? Kind::floats
                                                                                  : Kind::none;
    return kind;
}

/// Whether a list of bytes may be one value whose bytes are the field's numbers.
template <class F>
inline constexpr bool takes_bytes = std::is_same_v<typename field_of<F>::T, std::uint8_t> && field_of<F>::size != 1;

template <class F> constexpr bool holds_field()
{
    if constexpr (is_optional<F>) return examples::holds_field<typename F::value_type>();
    else return examples::kind_of_values<typename field_of<F>::T>() != Kind::none;
}

/// Whether an example holds all fields of a struct.
template <class... Fields> constexpr bool holds_fields(field_list<Fields...>) { return (examples::holds_field<Fields>() && ...); }

template <class F> void read_bytes(std::string_view name, const Feature& feature, F& to)
{
    constexpr std::size_t size = field_of<F>::size;
    if (const std::size_t n = feature.count(); n != 1) refuse_count(name, n, 1);
    feature.texts([&](std::string_view bytes) {
        if constexpr (size == 0) to.resize(bytes.size());
        else if (bytes.size() != size) refuse_count(name, bytes.size(), size);
        if (!bytes.empty()) std::memcpy(field_of<F>::data(to), bytes.data(), bytes.size());
    });
}

template <class F> void read_field(std::string_view name, std::string_view bytes, F& to)
{
    if constexpr (is_optional<F>) {
        if (!to) to.emplace();
        return examples::read_field(name, bytes, *to);
    }
    else {
        using T = typename field_of<F>::T;
        constexpr std::size_t size = field_of<F>::size;
        constexpr Kind kind = examples::kind_of_values<T>();
        const Feature feature(bytes);
        if constexpr (takes_bytes<F>)
            if (feature.kind == Kind::bytes) return examples::read_bytes(name, feature, to);
        if (feature.kind != kind && feature.kind != Kind::none) refuse_kind(name, feature.kind, kind);
        const std::size_t n = feature.count();
        if constexpr (size == 0) to.resize(n);
        else if (n != size) refuse_count(name, n, size);
        T* next = field_of<F>::data(to);
        if constexpr (kind == Kind::bytes)
            feature.texts([&](std::string_view text) { (next++)->assign(text.data(), text.size()); });
        else if constexpr (kind == Kind::floats) feature.floats(next);
        else if constexpr (kind == Kind::integers)
            feature.integers([&](std::int64_t value) {
                bool holds = value == 0 || value == 1;
                if constexpr (!std::is_same_v<T, bool>) holds = std::in_range<T>(value);
                if (!holds) refuse_number(name, value);
                *next++ = static_cast<T>(value);
            });
    }
}

template <class S> void parse_fields(std::string_view record, S& to)
{
    constexpr std::size_t n = field_count<S>();
    static_assert(examples::holds_fields(field_types<S>{}),
                  "lamina: a field for tf.Example is a std::string or a number, a std::array, std::vector or xt::xtensor_fixed "
                  "of these, or a std::optional of one");
    std::array<std::string_view, n> features{};
    try {
        find_features(record, field_names<S>.data(), n, features.data());
        with_fields<n>(to, [&](auto&... field) {
            std::size_t i = 0;
            const auto read = [&]<class F>(F& one, std::size_t at) {
                if (features[at].data()) return examples::read_field(field_names<S>[at], features[at], one);
                if constexpr (is_optional<F>) one.reset();
                else refuse_missing(record, field_names<S>[at]);
            };
            (read(field, i++), ...);
        });
    }
    catch (const protozero::exception& problem) {
        fail({"tf.Example: the record is damaged (", problem.what(), ")"});
    }
}

template <class F> [[gnu::cold]] void write_field(protozero::pbf_writer& features, std::string_view name, const F& field)
{
    if constexpr (is_optional<F>) {
        if (field) examples::write_field(features, name, *field);
    }
    else {
        using T = typename field_of<F>::T;
        constexpr Kind kind = takes_bytes<F> ? Kind::bytes : examples::kind_of_values<T>();
        const T* const values = field_of<F>::data(field);
        std::size_t n = field_of<F>::size;
        if constexpr (field_of<F>::size == 0) n = field.size();
        protozero::pbf_writer entry(features, 1);
        entry.add_string(1, name.data(), name.size());
        protozero::pbf_writer feature(entry, 2);
        // protozero leaves out messages that stay empty; TensorFlow refuses a feature without its list.
        if (n == 0 && !takes_bytes<F>) return feature.add_message(static_cast<std::uint32_t>(kind), "", 0);
        protozero::pbf_writer list(feature, static_cast<std::uint32_t>(kind));
        if constexpr (takes_bytes<F>) list.add_bytes(1, reinterpret_cast<const char*>(values), n);
        else if constexpr (kind == Kind::bytes)
            for (std::size_t i = 0; i < n; ++i) list.add_bytes(1, values[i].data(), values[i].size());
        else if constexpr (kind == Kind::floats) {
            protozero::packed_field_float packed(list, 1);
            for (std::size_t i = 0; i < n; ++i) packed.add_element(static_cast<float>(values[i]));
        }
        else if constexpr (kind == Kind::integers) {
            protozero::packed_field_int64 packed(list, 1);
            for (std::size_t i = 0; i < n; ++i) {
                if constexpr (std::is_same_v<T, std::uint64_t> || std::is_same_v<T, unsigned long long>)
                    if (!std::in_range<std::int64_t>(values[i]))
                        fail({"tf.Example: \"", name, "\" is ", values[i], ", at most 2 to the 63rd less 1 is written"});
                packed.add_element(static_cast<std::int64_t>(values[i]));
            }
        }
    }
}

} // namespace examples

} // namespace internals

/// Reads a tf.Example into a plain struct: each of its fields is the feature of its name. Features that are no fields are passed over.
///
/// A field is a `std::string`, an integer, a bool, a float or a double for one value; a `std::array` or `xt::xtensor_fixed` for exactly as many
/// as it has; a `std::vector` for any number. A `std::optional` of one of these is empty where the feature is missing. Several
/// `std::uint8_t` are a list of integers, or one value of as many bytes, as `array.tobytes()` gives in Python.
///
/// Refuses  a feature that is missing, is a list of something else, has another number of values, or integers that the field cannot hold;
///          bytes that are no tf.Example: throws `lamina::error`
///
/// Example: `tfrecord("digits.tfrecord") | map(parse_example<Digit>) | batch(32)`, where `struct Digit { std::string image; std::int64_t label; };`
template <class S> S parse_example(std::string_view record)
{
    S read{};
    internals::examples::parse_fields(record, read);
    return read;
}

/// The same into a struct that is there, whose memory is used again: `map<Digit>([](const std::string& record, Digit& to) {
/// parse_example(record, to); })` allocates nothing. (The number leaves `parse_example<Digit>` to be one function.)
template <std::size_t = 0, class S> void parse_example(std::string_view record, S& to)
{
    internals::examples::parse_fields(record, to);
}

/// A struct as the bytes of a tf.Example, which `parse_example` and TensorFlow read. Doubles become floats, the nearest; several `std::uint8_t`
/// are one value of as many bytes; an empty `std::optional` is left out.
///
/// Refuses  an integer of 2^63 or more, which a list of integers cannot hold
///
/// Example: `write_tfrecord("digits.tfrecord", slices(labels) | map([](std::int64_t label) { return to_example(Digit{"", label}); }))`
template <class S> [[gnu::cold]] std::string to_example(const S& from)
{
    static_assert(internals::examples::holds_fields(internals::field_types<S>{}),
                  "lamina: a field for tf.Example is a std::string or a number, a std::array, std::vector or xt::xtensor_fixed "
                  "of these, or a std::optional of one");
    std::string bytes;
    {
        protozero::pbf_writer example(bytes), features(example, 1);
        internals::for_each_field(
            from, [&](std::string_view name, const auto& field) { internals::examples::write_field(features, name, field); });
    }
    return bytes;
}

}} // namespace lamina
