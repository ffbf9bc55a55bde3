// lamina/core/outlined.hpp: the mark of what a program calls now and then: to build, train, save.
//
// What lamina does now and then is [[gnu::cold]], which halves its size and the time to compile it. But g++ takes a function
// that always calls a cold one for cold too, and compiles a user's loop after `build` for size. LAMINA_ONCE ends that: nothing
// is known of such a function where it is called. clang has no such rule.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#define LAMINA_OUTLINED [[gnu::noipa]]
#else
#define LAMINA_OUTLINED
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Called in a LAMINA_ONCE function, makes that one cold, and nobody who calls it.
#if defined(__GNUC__) && !defined(__clang__)
[[gnu::cold, gnu::noipa]] inline void now_and_then() {}
#else
inline void now_and_then() {}
#endif

}}} // namespace lamina::internals
