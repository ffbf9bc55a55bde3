// lamina/core/devices.hpp: what there is to compute on.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/core_set.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/pool_place.hpp>

#include <atomic>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Something to compute on. It prints as `/cpu:0 (2 threads, avx512)`.
struct DeviceInfo {
    std::string name;                 ///< "/cpu:0", as Device takes it
    std::string_view kind;            ///< "cpu"
    std::size_t threads = 1;          ///< that work at once at most
    std::string_view instruction_set; ///< of the kernels: what the compiler was told by -march
    std::vector<std::size_t> cores{}; ///< as the system numbers them; none where it does not tell

    [[gnu::cold]] friend void print(std::string& to, const DeviceInfo& device)
    {
        internals::append(to, {device.name, " (", device.threads, device.threads == 1 ? " thread, " : " threads, ",
                               device.instruction_set, ')'});
    }
    LAMINA_OUTLINED friend std::ostream& operator<<(std::ostream& out, const DeviceInfo& device)
    {
        return out << internals::text_of({device});
    }
};

namespace internals {

/// "avx512" of `for_avx512`; where loops are plain it is the same set.
constexpr std::string_view instruction_set()
{
    constexpr std::string_view whole = LAMINA_QUOTED(LAMINA_ARCHITECTURE), front = "for_", back = "_plain";
    return whole.substr(front.size(), whole.size() - front.size() - (whole.ends_with(back) ? back.size() : 0));
}

/// "/cpu:0" with its cores: those of the program's first thread when this is asked for the first time, as threads may be bound later.
[[gnu::cold]] inline PoolPlace& known_first_place()
{
    PoolPlace& first = first_place;
    if (first.cores.load(std::memory_order_acquire)) return first;
    CoreSet* const cores = new CoreSet;
    cores->read(true);
    const CoreSet* none = nullptr;
    if (!first.cores.compare_exchange_strong(none, cores, std::memory_order_acq_rel)) delete cores;
    return first;
}

[[gnu::cold]] inline std::size_t threads_of(const PoolPlace& place)
{
    const std::size_t cores = place.cores.load(std::memory_order_acquire)->count();
    return cores > 0 ? cores : cores_of_machine();
}

[[gnu::cold]] inline DeviceInfo info_of(const PoolPlace& place)
{
    const CoreSet& cores = *place.cores.load(std::memory_order_acquire);
    DeviceInfo info{text_of({"/cpu:", place.number}), "cpu", threads_of(place), instruction_set(), {}};
    for (std::size_t core = 0; core < CoreSet::most; ++core)
        if (cores.has(core)) add_to(info.cores, core);
    return info;
}

/// Ends in the sentence for a device that is not there, with those that are.
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_device(std::string_view name)
{
    std::string list;
    for (const PoolPlace* place = &known_first_place(); place; place = place->next.load(std::memory_order_acquire))
        append(list, {list.empty() ? "" : ", ", info_of(*place)});
    fail({"there is no \"", name, "\"; this build computes on: ", list});
}

} // namespace internals

/// What there is to compute on: "/cpu:0", which is all cores of the process, and what `add_cpu_device` added.
///
/// Example    const std::size_t threads = devices().front().threads; // of "/cpu:0"
LAMINA_OUTLINED inline std::vector<DeviceInfo> devices()
{
    internals::now_and_then();
    std::vector<DeviceInfo> list;
    for (const internals::PoolPlace* place = &internals::known_first_place(); place;
         place = place->next.load(std::memory_order_acquire))
        list.push_back(internals::info_of(*place));
    return list;
}

/// The number of GPUs that this build computes on: none. A program may ask, and goes its other way.
///
/// Example    const Device on{num_gpus() > 0 ? "/gpu:0" : "/cpu:0"};
constexpr std::size_t num_gpus() { return 0; }

}} // namespace lamina
