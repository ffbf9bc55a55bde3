// lamina/core/core_set.hpp: sets of cores, and on which of them a thread may run.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <bit>
#include <climits>
#include <cstddef>
#include <string>

#if defined(__linux__)
#include <sched.h>
#include <unistd.h>
#else
#include <thread>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Some of the machine's cores, as the system numbers them: a thread of a core that runs two is a core here. The bits lie as Linux has
/// them; its `cpu_set_t` ends at 1024.
class CoreSet {
public:
    static constexpr std::size_t most = 8192; ///< what Linux on x86-64 is built for at most

    bool has(std::size_t core) const { return core < most && (words[core / bits] >> core % bits & 1) != 0; }
    void add(std::size_t core) { words[core / bits] |= 1ul << core % bits; }
    [[gnu::cold]] std::size_t count() const
    {
        std::size_t n = 0;
        for (const unsigned long word : words) n += static_cast<std::size_t>(std::popcount(word));
        return n;
    }

    /// Those on which the calling thread may run, or the first one of the program. False where the system does not say.
    [[gnu::cold]] bool read([[maybe_unused]] bool of_program = false)
    {
#if defined(__linux__)
        return ::sched_getaffinity(of_program ? ::getpid() : 0, sizeof words, reinterpret_cast<::cpu_set_t*>(words)) == 0;
#else
        return false;
#endif
    }

    /// Binds the calling thread to these cores. False where none of them is to be had.
    [[gnu::cold]] bool bind_thread() const
    {
#if defined(__linux__)
        return ::sched_setaffinity(0, sizeof words, reinterpret_cast<const ::cpu_set_t*>(words)) == 0;
#else
        return false;
#endif
    }

private:
    static constexpr std::size_t bits = sizeof(unsigned long) * CHAR_BIT;
    unsigned long words[most / bits]{};
};

/// The number of cores that run at once, where the system does not say which a thread may use; at least 1.
[[gnu::cold]] inline std::size_t cores_of_machine()
{
#if defined(__linux__)
    const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
#else
    const auto cores = std::thread::hardware_concurrency();
#endif
    return cores > 0 ? static_cast<std::size_t>(cores) : 1;
}

/// As Linux lists cores: `0-3, 8`.
[[gnu::cold]] inline void print(std::string& to, const CoreSet& cores)
{
    const char* comma = "";
    for (std::size_t core = 0; core < CoreSet::most; ++core) {
        if (!cores.has(core)) continue;
        const std::size_t first = core;
        while (cores.has(core + 1)) ++core;
        append(to, {comma, first});
        if (core > first) append(to, {"-", core});
        comma = ", ";
    }
}

}}} // namespace lamina::internals
