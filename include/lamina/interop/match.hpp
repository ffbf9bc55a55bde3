// lamina/interop/match.hpp: arrays of a file put into the variables of a model: all of them or none, and a report.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/problems.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/interop/arrangement.hpp>
#include <lamina/interop/layout.hpp>

#include <cstddef>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What became of loading a file into a model.
struct LoadReport {
    /// An array of another shape than its variable needs.
    struct Difference {
        std::string name;   ///< in the file
        std::string path;   ///< of the variable, and its shape where its axes lie otherwise
        std::string found;  ///< `[6, 1, 3, 3]`
        std::string needed; ///< in the file's order of axes
    };

    std::vector<std::string> loaded;     ///< paths of variables that were filled
    std::vector<std::string> missing;    ///< paths of variables that the file has no array for
    std::vector<std::string> unexpected; ///< names of arrays that are no variable's
    std::vector<Difference> different;
    std::string_view matched = "by name"; ///< how it was found out which array belongs to which variable: or "by order"

    bool complete() const { return missing.empty() && unexpected.empty() && different.empty(); }

    /// Writes `10 variables loaded, by name` and a line for each that was not.
    [[gnu::cold]] friend std::ostream& operator<<(std::ostream& out, const LoadReport& report)
    {
        out << report.loaded.size() << " variables loaded, " << report.matched << '\n';
        for (const auto& path : report.missing) out << "  missing in the file: " << path << '\n';
        for (const auto& name : report.unexpected) out << "  not in the model: " << name << '\n';
        for (const auto& d : report.different)
            out << "  of another shape: " << d.name << " is " << d.found << ", " << d.path << " needs " << d.needed << '\n';
        return out;
    }
};

namespace internals {

/// An array of a file, and what it becomes.
struct MatchedArray {
    const file_tensor* from;
    ForeignArray to;
};

/// The array that a file of the other framework holds, with the numbers of the variable.
[[gnu::cold]] inline file_tensor written(const ForeignArray& array)
{
    file_tensor made = array_of_record(*array.variable.variable->storage());
    const std::size_t element = bytes_of(made.type);
    std::size_t size = element;
    for (const std::size_t extent : array.how.joined) size *= extent;
    const auto part = made.bytes.substr(array.start * element, size);
    made.owner = keep_bytes(array.adds ? std::string(size, '\0') : rearranged(part, element, array.how, false));
    made.bytes = made.owner->text;
    made.name = array.name;
    made.shape = array.how.joined;
    return made;
}

/// Puts the numbers of an array where they belong in a record that is like its variable's.
template <class T> [[gnu::cold]] void put_numbers_of(const file_tensor& from, const ForeignArray& how, record& to, double scale)
{
    std::vector<T> numbers(from.size());
    const std::string turned = rearranged(from.bytes, bytes_of(from.type), how.how, true);
    with_number_of(from.type, [&](auto stored) {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            std::memcpy(&stored, turned.data() + i * sizeof stored, sizeof stored);
            numbers[i] = static_cast<T>(value_of(stored));
            if (scale != 1) numbers[i] = static_cast<T>(scale * static_cast<double>(numbers[i]));
        }
    });
    std::size_t at = 0; // in the variable, without the padding of rows
    to.for_each_row([&](std::size_t place, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i, ++at) {
            if (at < how.start || at - how.start >= numbers.size()) continue;
            T& number = to.data<T>()[place + i];
            number = (how.adds ? number : T(0)) + numbers[at - how.start];
        }
    });
}
[[gnu::cold]] inline void put_numbers(const file_tensor& from, const ForeignArray& how, record& to, double scale = 1)
{
    if (to.type() == dtype::float32) put_numbers_of<float>(from, how, to, scale);
    else put_numbers_of<double>(from, how, to, scale);
    to.changed();
}

/// Puts arrays into the variables of a model. A variable may be made of several arrays, which stand behind each other.
class Matching {
public:
    LoadReport report;
    std::vector<MatchedArray> arrays;

    [[gnu::cold]] void add(const file_tensor& from, ForeignArray to) { arrays.push_back({&from, std::move(to)}); }

    /// Fills the variables. Where something is missing, unexpected or different it throws and changes nothing, unless `partial`: then what
    /// fits is filled.
    [[gnu::cold]] LoadReport fill(std::string_view file, bool partial)
    {
        find_differences();
        if (!partial && !report.complete()) refuse(file);
        for (const MatchedArray& one : arrays) look_at_numbers(file, one);
        std::vector<FoundVariable> variables;
        for (const MatchedArray& one : arrays) variables.push_back(one.to.variable);
        make_missing(variables); // from here on nothing can fail
        for (const MatchedArray& one : arrays) {
            put_numbers(*one.from, one.to, *one.to.variable.variable->storage());
            if (one.to.start == 0 && !one.to.adds) report.loaded.push_back(one.to.variable.path);
        }
        return std::move(report);
    }

private:
    [[gnu::cold]] void find_differences()
    {
        std::vector<MatchedArray> fitting;
        for (MatchedArray& one : arrays) {
            const extent_list& needed = one.to.how.joined;
            if (one.from->shape == needed && one.from->foreign.empty()) {
                fitting.push_back(std::move(one));
                continue;
            }
            LoadReport::Difference different{one.from->name, one.to.variable.path, "", text_of({extents_text{needed}})};
            if (!one.from->foreign.empty()) append(different.found, {one.from->foreign, ' '});
            print(different.found, extents_text{one.from->shape});
            if (const Shape& own = one.to.variable.variable->needs().extents; extents_of(own) != needed) // turned
                append(different.path, {' ', own});
            report.different.push_back(std::move(different));
        }
        arrays = std::move(fitting);
    }

    [[noreturn, gnu::cold]] void refuse(std::string_view file) const
    {
        Problems problems;
        for (const auto& d : report.different)
            problems.add({d.name, " is ", d.found, ", the model's ", d.path, " needs ", d.needed});
        const auto unexpected = [this](const auto& use) {
            for (const auto& name : report.unexpected) use(std::string_view(name));
        };
        for (const auto& path : report.missing) problems.add({'"', path, "\" is missing", problems.nearest_to(path, unexpected)});
        for (const auto& name : report.unexpected) problems.add({'"', name, "\" is no variable of the model"});
        problems.refuse(file, "was it saved from another model?");
    }

    /// Refuses numbers that the variable's type cannot hold.
    [[gnu::cold]] static void look_at_numbers(std::string_view file, const MatchedArray& one)
    {
        const dtype wanted = one.to.variable.variable->needs().type;
        if (!one.from->has_type(wanted)) convert(*one.from, wanted, nullptr, text_of({file, ": \"", one.from->name, '"'}));
    }
};

} // namespace internals

}} // namespace lamina
