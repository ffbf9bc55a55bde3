// lamina/core/once.hpp: the marks of what is compiled once, and for what: LAMINA_ONCE and LAMINA_ONE_COPY.
//
// What lamina does now and then is [[gnu::cold]], which halves its size and the time to compile it. But g++ takes a function
// that always calls a cold one for cold too, and compiles a user's loop after `build` for size. LAMINA_ONCE ends that: nothing
// is known of such a function where it is called. clang has no such rule.
//
// LAMINA_ONE_COPY is a kernel that takes its sizes as numbers, so that all layers share it: g++ would copy it for each of them, since
// their sizes are constants.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#define LAMINA_ONCE [[gnu::noipa]]
#define LAMINA_ONE_COPY [[gnu::noinline, gnu::noclone]]
#else
#define LAMINA_ONCE
#define LAMINA_ONE_COPY [[gnu::noinline]]
#endif

namespace lamina::detail {

/// Called in a LAMINA_ONCE function, makes that one cold, and nobody who calls it.
#if defined(__GNUC__) && !defined(__clang__)
[[gnu::cold, gnu::noipa]] inline void now_and_then() {}
#else
inline void now_and_then() {}
#endif

} // namespace lamina::detail
