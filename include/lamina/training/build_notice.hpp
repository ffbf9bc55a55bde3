// lamina/training/build_notice.hpp: what fit says where the compiler optimizes nothing: one line on stderr, once a process.
#pragma once

#include <lamina/core/architecture.hpp>

#if LAMINA_PLAIN_LOOPS && !defined(__OPTIMIZE__) && !defined(LAMINA_NO_BUILD_NOTICE)
#include <cstdio>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// LAMINA_NO_BUILD_NOTICE, defined before lamina is included, keeps it silent.
[[gnu::cold]] inline void say_if_unoptimized()
{
#if LAMINA_PLAIN_LOOPS && !defined(__OPTIMIZE__) && !defined(LAMINA_NO_BUILD_NOTICE)
    [[maybe_unused]] static const int said =
        std::fputs("lamina: this program was compiled without optimization and trains about 10 times slower than with -O2 "
                   "(CMake: -DCMAKE_BUILD_TYPE=Release; to silence this: -DLAMINA_NO_BUILD_NOTICE)\n",
                   stderr);
#endif
}

}}} // namespace lamina::internals
