// lamina/core/pool_place.hpp: where pools of threads work: what devices are made of.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <atomic>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

class CoreSet;
class Pool;

/// Where a pool works: on all cores, or on those of a device that the program added (core/device.hpp). It lives as long as the program.
struct PoolPlace {
    std::size_t number = 0;                                ///< of the device: 1 is "/cpu:1"
    std::atomic<const CoreSet*> cores{nullptr};            ///< null until a device is asked about
    std::atomic<void (*)(const PoolPlace&)> bind{nullptr}; ///< what each new thread calls first, or null
    std::atomic<PoolPlace*> next{nullptr};                 ///< the device that was added after this one
    std::atomic<Pool*> pool{nullptr};
};

/// What a thread computes on while a Device of its lives.
struct PoolScope {
    PoolPlace* place = nullptr; ///< null: no Device does, which is the program's pool
    std::size_t threads = 0;    ///< that the device has
};

inline PoolPlace first_place; ///< "/cpu:0"

}}} // namespace lamina::internals
