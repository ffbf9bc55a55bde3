// What the tests of drawings share: whether a picture is well-formed, how often it holds something, the text of a refusal.
#pragma once

#include <lamina/core/error.hpp>

#include "catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What is wrong with `xml` as far as pictures go: tags that do not close, attributes without quotes, a bare & or <, a
/// number that is none. Empty if nothing is.
inline std::string malformed(const std::string& xml)
{
    const auto entity = [](std::string_view rest) {
        for (const char* known : {"&lt;", "&gt;", "&amp;", "&quot;"})
            if (rest.starts_with(known)) return true;
        return false;
    };
    std::vector<std::string> open;
    for (std::size_t i = 0; i < xml.size(); ++i) {
        if (static_cast<unsigned char>(xml[i]) < 0x20 && xml[i] != '\n') return "a control character";
        if (xml[i] == '&' && !entity(std::string_view(xml).substr(i))) return "a bare & at " + xml.substr(i, 20);
        if (open.empty() && xml[i] != '<' && xml[i] != '\n') return "text outside of the root";
        if (xml[i] != '<') continue;
        const std::size_t end = xml.find('>', i);
        if (end == xml.npos) return "a tag without end";
        const std::string tag = xml.substr(i + 1, end - i - 1);
        if (tag.find('<') != tag.npos) return "a bare < in " + tag;
        const std::string name = tag.substr(tag.starts_with('/'), tag.find_first_of(" /", 1) - tag.starts_with('/'));
        if (tag.starts_with('/')) {
            if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
            open.pop_back();
        }
        else if (!tag.ends_with('/')) open.push_back(name);
        bool quoted = false;
        for (std::size_t j = 0; j < tag.size(); ++j) {
            if (tag[j] == '"' && !quoted && tag[j - 1] != '=') return "a stray quote in " + tag;
            if (tag[j] == '"') quoted = !quoted;
            else if (tag[j] == '=' && !quoted && tag[j + 1] != '"') return "an attribute without quotes in " + tag;
        }
        if (quoted) return "an open quote in " + tag;
        if (tag.find("nan") != tag.npos || tag.find("inf") != tag.npos) return "a number that is none in " + tag;
        i = end;
    }
    return open.empty() ? "" : "<" + open.back() + "> does not close";
}

inline std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

/// What `call` is refused with; empty if it is not.
template <class Call> std::string refusal_of(Call call)
{
    try {
        call();
    }
    catch (const lamina::error& problem) {
        return problem.what();
    }
    return "";
}

/// Whether `text` holds `part`; if not, the failing check shows the text.
inline bool says(const std::string& text, const std::string& part)
{
    if (text.find(part) != text.npos) return true;
    UNSCOPED_INFO("the text is: " << text);
    return false;
}
