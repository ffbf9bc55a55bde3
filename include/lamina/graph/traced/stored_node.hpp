// lamina/graph/traced/stored_node.hpp: one node as a file has it: a name, and the members of its JSON object, which are asked for by name.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/graph/traced/node_text.hpp>
#include <lamina/ops/tensor.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// A node of a file. Each member that is asked for is used up; what is left in the end, nobody knows.
class StoredNode {
public:
    StoredNode(std::string_view file, std::string called) : name(std::move(called)), path(file) {}

    void add(std::string member, std::string_view text) { members.push_back({std::move(member), text}); }

    /// `digits.safetensors: node "digits/add"`.
    std::string where() const { return text_of({path, ": node \"", name, '"'}); }
    [[noreturn, gnu::cold]] void refuse(std::initializer_list<piece> why) const
    {
        std::string text = where();
        print(text, ' ');
        append(text, why);
        fail({text});
    }

    /// The text of a member; null where there is none.
    [[gnu::cold]] const std::string_view* find(std::string_view member) const
    {
        for (const Member& one : members)
            if (one.name == member) return &one.text;
        return nullptr;
    }
    [[gnu::cold]] std::string_view take(std::string_view member)
    {
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (members[i].name != member) continue;
            const std::string_view text = members[i].text;
            members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
            return text;
        }
        refuse({"has no \"", member, '"'});
    }

    [[gnu::cold]] std::string word(std::string_view member) { return as_word(member, take(member)); }
    [[gnu::cold]] std::vector<std::string_view> list(std::string_view member)
    {
        const std::string_view text = take(member);
        if (!text.starts_with('[')) refuse({"has a \"", member, "\" that is no list"});
        return NodeText(text, path).list();
    }
    /// None where there is no such member.
    [[gnu::cold]] std::vector<std::string> words(std::string_view member)
    {
        std::vector<std::string> all;
        if (!find(member)) return all;
        for (const std::string_view text : list(member)) all.push_back(as_word(member, text));
        return all;
    }
    [[gnu::cold]] bool flag(std::string_view member)
    {
        const std::string_view text = take(member);
        if (text != "true" && text != "false") refuse({"has a \"", member, "\" that is neither true nor false"});
        return text == "true";
    }
    [[gnu::cold]] double number(std::string_view member)
    {
        double value = 0;
        if (!read_number(take(member), value)) refuse({"has a \"", member, "\" that is no number"});
        return value;
    }
    [[gnu::cold]] dtype type(std::string_view member)
    {
        const std::string called = word(member);
        for (std::size_t i = 0; i < dtype_count; ++i)
            if (name_of(static_cast<dtype>(i)) == called) return static_cast<dtype>(i);
        refuse({"has a \"", member, "\" that is no type: ", safetensors::detail::json_quoted{called}});
    }
    /// An extent that is not known is null.
    [[gnu::cold]] Shape shape(std::string_view member)
    {
        const auto all = list(member);
        if (all.size() > Shape::max_rank) refuse({"has ", all.size(), " axes, at most ", Shape::max_rank, " are possible"});
        constexpr std::size_t most = std::size_t{1} << 40;
        Shape extents;
        std::size_t numbers = 1;
        for (const std::string_view text : all) {
            std::size_t extent = tensors::unknown;
            if (text != "null") {
                if (!read_number(text, extent)) refuse({"has an extent that is no whole number of 0 or more, and not null"});
                if (extent > most || (extent > 0 && numbers > most / extent)) refuse({"has a shape of more than 2^40 numbers"});
                if (extent > 0) numbers *= extent;
            }
            extents.push_back(extent);
        }
        return extents;
    }

    /// Refuses what nobody asked for.
    [[gnu::cold]] void expect_end() const
    {
        if (!members.empty())
            refuse({"has a ", safetensors::detail::json_quoted{members[0].name}, ", which such a node does not have"});
    }

    std::string name;

private:
    struct Member {
        std::string name;
        std::string_view text;
    };
    [[gnu::cold]] std::string as_word(std::string_view member, std::string_view text) const
    {
        if (!text.starts_with('"')) refuse({"has a \"", member, "\" that is no text"});
        return NodeText(text, path).string();
    }

    std::string_view path;
    std::vector<Member> members;
};

}}} // namespace lamina::internals::graphs
