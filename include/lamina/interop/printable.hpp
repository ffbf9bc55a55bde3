// lamina/interop/printable.hpp: texts of files for a terminal.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A text without what would steer a terminal.
[[gnu::cold]] inline std::string printable(std::string_view text)
{
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = static_cast<unsigned char>(text[i]);
        const bool steers = code < 0x20 || code == 0x7F || (i > 0 && text[i - 1] == '\xC2' && code >= 0x80 && code < 0xA0);
        made += steers ? '?' : text[i];
    }
    return made;
}

}}} // namespace lamina::internals
