// lamina/graph/traced/op_attributes.hpp: the attributes of ops as members of JSON, by the names that op_names.hpp gives them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/graph/traced/node_text.hpp>
#include <lamina/graph/traced/op_names.hpp>
#include <lamina/graph/traced/stored_node.hpp>
#include <lamina/ops/entry.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// One attribute: its name, what it is, the first of its places among the numbers, and how many it has.
struct AttributePlace {
    std::string_view name, what;
    std::size_t first, count;
};

[[gnu::cold]] inline std::vector<AttributePlace> places_of_attributes(std::string_view listed)
{
    constexpr std::size_t most = std::tuple_size_v<decltype(tensors::Attributes::ints)>;
    std::vector<AttributePlace> places;
    for (std::size_t first = 0; !listed.empty();) {
        const std::string_view one = listed.substr(0, listed.find(' '));
        listed.remove_prefix(std::min(one.size() + 1, listed.size()));
        const std::size_t colon = one.find(':');
        const std::string_view what = one.substr(colon + 1);
        const std::size_t count = what == "type" || what == "number" ? 0
                                  : what == "list"                   ? most - first
                                  : what == "two"                    ? 2
                                  : what == "four"                   ? 4
                                  : what == "each"                   ? Shape::max_rank
                                                                     : 1;
        places.push_back({one.substr(0, colon), what, first, count});
        first += count;
    }
    return places;
}

/// Appends `, "keep_dims": true` for each. `rank` is how many axes the first input has.
[[gnu::cold]] inline void write_attributes(std::string& to, const tensors::OpEntry& op, const OpName& called,
                                           const tensors::Attributes& with, std::size_t rank)
{
    for (const AttributePlace& at : places_of_attributes(called.attributes)) {
        append(to, {", \"", at.name, "\": "});
        const auto list = [&](std::size_t count, const auto& number_at) {
            print(to, '[');
            for (std::size_t i = 0; i < count; ++i) append(to, {i > 0 ? ", " : "", number_at(i)});
            print(to, ']');
        };
        const auto number_at = [&](std::size_t i) { return with.ints[at.first + i]; };
        if (at.what == "type") append(to, {'"', name_of(with.type), '"'});
        else if (at.what == "number") print_number(to, with.number);
        else if (at.what == "flag") print(to, number_at(0) != 0 ? "true" : "false");
        else if (at.what == "whole") print(to, number_at(0));
        else if (at.what == "bits") {
            std::vector<int> axes;
            for (int axis = 0; axis < 31; ++axis)
                if ((number_at(0) >> axis & 1) != 0) axes.push_back(axis);
            list(axes.size(), [&](std::size_t i) { return axes[i]; });
        }
        else if (at.what == "list")
            list(std::min<std::size_t>(with.count - std::min<std::size_t>(with.count, at.first), at.count), number_at);
        else list(at.what == "each" ? std::min(rank, at.count) : at.count, number_at);
    }
    if (!op.options) return;
    tensors::OpOptions options;
    op.options(options);
    for (std::size_t i = 0; i < options.count; ++i) {
        append(to, {", \"", options.all[i].name, "\": "});
        print_number(to, options.all[i].value);
    }
}

/// The attributes that a node of a file has; refuses what is missing or of another kind.
[[gnu::cold]] inline tensors::Attributes read_attributes(StoredNode& node, const OpName& called)
{
    tensors::Attributes with;
    for (const AttributePlace& at : places_of_attributes(called.attributes)) {
        const auto whole = [&](std::string_view text) {
            std::int32_t value = 0;
            if (!read_number(text, value)) node.refuse({"has a \"", at.name, "\" that is no whole number of 32 bits"});
            return value;
        };
        if (at.what == "type") with.type = node.type(at.name);
        else if (at.what == "number") with.number = node.number(at.name);
        else if (at.what == "flag") with.ints[at.first] = node.flag(at.name);
        else if (at.what == "whole") with.ints[at.first] = whole(node.take(at.name));
        else {
            const auto all = node.list(at.name);
            const bool any = at.what == "list" || at.what == "each" || at.what == "bits";
            if (any ? at.what != "bits" && all.size() > at.count : all.size() != at.count)
                node.refuse(
                    {"has a \"", at.name, "\" of ", all.size(), " numbers, ", any ? "at most " : "", at.count, " are needed"});
            std::uint32_t bits = 0;
            for (std::size_t i = 0; i < all.size(); ++i) {
                const std::int32_t number = whole(all[i]);
                if (at.what != "bits") {
                    with.ints[at.first + i] = number;
                    continue;
                }
                if (number < 0 || number >= static_cast<std::int32_t>(Shape::max_rank) || (bits >> number & 1) != 0)
                    node.refuse({"has a \"", at.name, "\" that does not list axes"});
                bits |= 1u << number;
            }
            if (at.what == "bits") with.ints[at.first] = static_cast<std::int32_t>(bits);
            if (at.what == "list") {
                with.count = static_cast<std::uint8_t>(at.first + all.size());
                continue;
            }
        }
        with.count = static_cast<std::uint8_t>(std::max<std::size_t>({with.count, at.first + at.count, 1}));
    }
    return with;
}

/// Whether an op is the one that a node means: its options are the node's.
[[gnu::cold]] inline bool has_options(const StoredNode& node, const tensors::OpEntry& op)
{
    if (!op.options) return true;
    tensors::OpOptions options;
    op.options(options);
    for (std::size_t i = 0; i < options.count; ++i) {
        const std::string_view* const text = node.find(options.all[i].name);
        double value = 0;
        if (!text || !read_number(*text, value) || value != options.all[i].value) return false;
    }
    return true;
}

}}} // namespace lamina::internals::graphs
