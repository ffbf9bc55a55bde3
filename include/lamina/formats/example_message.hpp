// lamina/formats/example_message.hpp: the features in a tf.Example, a protobuf message of lists of bytes, floats and integers by name.
//
// protozero throws on bad input, except for the kind of a value on the wire, which it only asserts: it is asked before every value is taken.
// Source: tensorflow/core/example/example.proto and feature.proto, TensorFlow 2.21.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#if !__has_include(<protozero/pbf_reader.hpp>)
#include <lamina/formats/example_message.hpp needs protozero (Debian and Ubuntu: libprotozero-dev, Conan: protozero)>
#elif !defined(__cpp_exceptions)
#include <lamina/formats/example_message.hpp needs exceptions, as protozero throws: leave -fno-exceptions out where it is included>
#endif
#include <protozero/pbf_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals { namespace examples {

using wire = protozero::pbf_wire_type;

/// What a feature is a list of, by the number of its field in the message.
enum class Kind : std::uint32_t { none, bytes, floats, integers };

constexpr const char* name_of(Kind kind)
{
    return kind == Kind::bytes ? "bytes" : kind == Kind::floats ? "floats" : kind == Kind::integers ? "integers" : "nothing";
}

/// Calls `use(name, feature)` for every entry of the features; both are bytes inside of the record.
template <class Use> void each_feature(std::string_view record, const Use& use)
{
    protozero::pbf_reader example(record.data(), record.size());
    while (example.next(1, wire::length_delimited)) {
        protozero::pbf_reader features = example.get_message();
        while (features.next(1, wire::length_delimited)) {
            protozero::pbf_reader entry = features.get_message();
            std::string_view name, feature("", 0);
            while (entry.next()) {
                const auto tag = entry.tag(); // taking the value forgets it
                if (tag > 2 || entry.wire_type() != wire::length_delimited) {
                    entry.skip();
                    continue;
                }
                const protozero::data_view value = entry.get_view();
                (tag == 1 ? name : feature) = std::string_view(value.data(), value.size());
            }
            use(name, feature);
        }
    }
}

/// Puts the features of n names into their places; the last of a name counts. One that is not there stays null.
inline void find_features(std::string_view record, const std::string_view* names, std::size_t n, std::string_view* features)
{
    std::size_t guess = 0; // most files hold the features of all records in the same order
    each_feature(record, [&](std::string_view name, std::string_view feature) {
        for (std::size_t tried = 0; tried < n; ++tried) {
            const std::size_t place = guess + tried < n ? guess + tried : guess + tried - n;
            if (names[place] != name) continue;
            features[place] = feature;
            guess = place + 1 < n ? place + 1 : 0;
            return;
        }
    });
}

/// A feature that was looked at: what it is a list of, and its bytes from the first list of this kind on. (Of lists of several kinds the
/// last counts; several of one kind are one.)
struct Feature {
    Kind kind = Kind::none;
    std::string_view lists{};

    explicit Feature(std::string_view bytes)
    {
        protozero::pbf_reader reader(bytes.data(), bytes.size());
        for (auto before = reader.data(); reader.next(); before = reader.data()) {
            const auto tag = reader.tag();
            if (tag >= 1 && tag <= 3 && reader.wire_type() == wire::length_delimited && static_cast<Kind>(tag) != kind) {
                kind = static_cast<Kind>(tag);
                lists = {before.data(), before.size()};
            }
            reader.skip();
        }
    }

    /// Calls `use(list)` at every value of the lists, or at every bundle of packed ones. It takes that.
    template <class Use> void each(const Use& use) const
    {
        protozero::pbf_reader reader(lists.data(), lists.size());
        while (reader.next(static_cast<std::uint32_t>(kind), wire::length_delimited)) {
            protozero::pbf_reader list = reader.get_message();
            while (list.next()) {
                const bool packed = list.wire_type() == wire::length_delimited,
                           single = kind == Kind::floats     ? list.wire_type() == wire::fixed32
                                    : kind == Kind::integers ? list.wire_type() == wire::varint
                                                             : false;
                if (list.tag() == 1 && (packed || single)) use(list, packed);
                else list.skip();
            }
        }
    }

    /// The number of values.
    std::size_t count() const
    {
        std::size_t n = 0;
        each([&](protozero::pbf_reader& list, bool packed) {
            if (kind == Kind::bytes || !packed) {
                list.skip();
                ++n;
            }
            else if (kind == Kind::floats) n += floats_in(list).size() / 4;
            else n += list.get_packed_int64().size();
        });
        return n;
    }

    /// Calls `put(bytes)` for every value of a list of bytes.
    template <class Put> void texts(const Put& put) const
    {
        each([&](protozero::pbf_reader& list, bool) {
            const protozero::data_view value = list.get_view();
            put(std::string_view(value.data(), value.size()));
        });
    }

    /// Writes the values of a list of floats, `count()` of them.
    template <class T> void floats(T* to) const
    {
        each([&](protozero::pbf_reader& list, bool packed) {
            if (!packed) {
                *to++ = static_cast<T>(list.get_float());
                return;
            }
            const std::string_view bytes = floats_in(list);
            for (std::size_t at = 0; at < bytes.size(); at += 4) {
                float value;
                std::memcpy(&value, bytes.data() + at, 4);
                *to++ = static_cast<T>(value);
            }
        });
    }

    /// Calls `put(value)` for every value of a list of integers, `count()` of them.
    template <class Put> void integers(const Put& put) const
    {
        each([&](protozero::pbf_reader& list, bool packed) {
            if (!packed) return put(list.get_int64());
            for (const std::int64_t value : list.get_packed_int64()) put(value);
        });
    }

private:
    static std::string_view floats_in(protozero::pbf_reader& list)
    {
        const protozero::data_view bytes = list.get_view();
        if (bytes.size() % 4 != 0) fail({"tf.Example: a list of floats has ", bytes.size(), " bytes; the record is damaged"});
        return {bytes.data(), bytes.size()};
    }
};

/// Refuses a record without a feature.
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_missing(std::string_view record, std::string_view name)
{
    std::string there;
    each_feature(record, [&](std::string_view other, std::string_view) { append(there, {there.empty() ? "" : ", ", other}); });
    fail({"tf.Example: \"", name, "\" is missing; it has ", there.empty() ? "nothing" : std::string_view(there)});
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_count(std::string_view name, std::size_t found, std::size_t needed)
{
    fail({"tf.Example: \"", name, "\" has ", found, found == 1 ? " value" : " values", ", the field takes ", needed});
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_kind(std::string_view name, Kind found, Kind needed)
{
    fail({"tf.Example: \"", name, "\" is a list of ", name_of(found), ", the field takes ", name_of(needed)});
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_number(std::string_view name, std::int64_t found)
{
    fail({"tf.Example: \"", name, "\" has the value ", found, ", which the field's type cannot hold; take a wider one"});
}

}}}} // namespace lamina::internals::examples
