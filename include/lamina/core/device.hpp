// lamina/core/device.hpp: what a thread computes on: devices of some cores, and scopes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/core_set.hpp>
#include <lamina/core/devices.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The cores of a device that a program adds.
struct CpuDeviceOptions {
    std::vector<std::size_t> cores{}; ///< as the system numbers them (`lscpu --extended`), each once
};

/// Adds a device of some cores, with a pool of threads of its own that are bound to these cores, and gives its name: "/cpu:1", then
/// "/cpu:2". "/cpu:0" keeps all cores, and devices may share some. A device stays until the program ends.
///
/// Refuses    no core, a core twice, one on which this process may not run, and systems other than Linux
/// Example    const Device on{add_cpu_device({.cores = {0}})};
LAMINA_OUTLINED inline std::string add_cpu_device(const CpuDeviceOptions& options)
{
    using namespace internals;
    now_and_then();
    PoolPlace& first = known_first_place();
    const CoreSet& there = *first.cores.load(std::memory_order_acquire);
    if (there.count() == 0) fail({"add_cpu_device: threads are bound to cores on Linux only; compute on \"/cpu:0\""});
    if (options.cores.empty()) fail({"add_cpu_device: no core was named; name one or more of ", there});
    CoreSet cores;
    for (const std::size_t core : options.cores) {
        if (!there.has(core)) fail({"add_cpu_device: this process may not run on core ", core, "; name one or more of ", there});
        if (cores.has(core)) fail({"add_cpu_device: core ", core, " was named twice; name each once"});
        cores.add(core);
    }

    PoolPlace* const added = new PoolPlace;
    added->cores.store(new CoreSet(cores), std::memory_order_relaxed);
    for (PoolPlace* const place : {&first, added}) // a thread that is bound itself may be the one that makes the program's pool
        place->bind.store([](const PoolPlace& here) { here.cores.load(std::memory_order_acquire)->bind_thread(); });
    PoolPlace *last = &first, *none = nullptr;
    do {
        while (PoolPlace* const next = last->next.load(std::memory_order_acquire)) last = next;
        added->number = last->number + 1;
        none = nullptr;
    } while (!last->next.compare_exchange_strong(none, added, std::memory_order_acq_rel));
    return text_of({"/cpu:", added->number});
}

/// Where this thread computes as long as it lives: `fit`, `evaluate`, `predict` and all else that takes `.threads` use that device's
/// pool, and at most its number of threads; `fit` and `evaluate` use that many where no number is given. The thread takes part in the
/// work, and is bound to the cores of a device that was added, as are those that it starts meanwhile, a pipeline's for example: two
/// trainings, each in a thread with a device of its own, do not disturb each other. Then all is as it was before.
///
/// Scopes nest: they end in the thread in which they began, the last one first. Results do not depend on the device, to the bit.
///
/// Refuses    a device that is not there, with a list of those that are
/// Example    const Device on{"/cpu:0"};
class [[nodiscard]] Device {
public:
    LAMINA_OUTLINED explicit Device(std::string_view name)
    {
        internals::now_and_then();
        internals::PoolPlace* place = &internals::known_first_place();
        while (place && internals::text_of({"/cpu:", place->number}) != name) place = place->next.load(std::memory_order_acquire);
        if (!place) internals::refuse_device(name);
        if (place->bind.load(std::memory_order_acquire)) { // "/cpu:0" has none while it is alone
            const internals::CoreSet& cores = *place->cores.load(std::memory_order_acquire);
            bound = cores_before.read();
            if (!cores.bind_thread())
                internals::fail({"Device: the thread cannot be bound to the cores of \"", name, "\", ", cores,
                                 ", on which this process may no longer run; name another device"});
        }
        internals::Pool::scope = {place, internals::threads_of(*place)};
    }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    LAMINA_OUTLINED ~Device()
    {
        internals::now_and_then();
        internals::Pool::scope = scope_before;
        if (bound) cores_before.bind_thread();
    }

private:
    const internals::PoolScope scope_before = internals::Pool::scope;
    internals::CoreSet cores_before;
    bool bound = false;
};

}} // namespace lamina
