// lamina/core/error.hpp: the exception every run-time refusal of lamina is.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace lamina {

/// What lamina throws. The text is one sentence: where, what was found, what was needed, what to do.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws an `error` whose text is the parts one after another, as a stream prints them.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts)
{
    std::ostringstream text;
    (text << ... << parts);
    throw error(std::move(text).str());
}

} // namespace lamina
