// lamina/data/workers.hpp: threads that fill slots, which one thread takes in order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Threads read slots of elements one after another and compute them side by side; their owner takes the slots in the order in which they
/// were read. So neither what is computed nor its order depends on timing.
///
/// A type that derives from it owns the slots and calls `stop()` in its destructor, before they go.
class OrderedWorkers {
public:
    explicit OrderedWorkers(std::size_t count) : full(count, 0) {}
    OrderedWorkers(const OrderedWorkers&) = delete;
    OrderedWorkers& operator=(const OrderedWorkers&) = delete;

    /// Where a thread cannot be had this throws: those before it do the work of all, and without one there are no slots.
    [[gnu::cold]] void start(std::size_t count)
    {
        const auto work_here = [this] { work(); }; // of one type, since each costs compile time
        {
            const std::lock_guard lock(state); // holds the first thread back
            last = 0;
            threads.reset(new std::thread[count]);
            threads[0] = std::thread(work_here);
            running = 1;
            last = none;
        }
        for (; running < count; ++running) threads[running] = std::thread(work_here);
    }

    /// Asks the threads to end, and waits for what they are computing.
    [[gnu::cold]] void stop()
    {
        {
            const std::lock_guard lock(state);
            stopped = true;
        }
        freed.notify_one(); // one at most waits for a slot, and the others for that one
        for (; running > 0; --running) threads[running - 1].join();
    }

    /// For the owner: waits for the next slot. False: there is none any more.
    bool wait(std::size_t& slot)
    {
        slot = static_cast<std::size_t>(given % full.size());
        std::unique_lock lock(state);
        filled.wait(lock, [&] { return full[slot] != 0 || given >= last; });
        return given < last;
    }

    /// For the owner: the slot that it waited for may be filled again.
    void release()
    {
        {
            const std::lock_guard lock(state);
            full[static_cast<std::size_t>(given % full.size())] = 0;
            ++given;
        }
        freed.notify_one();
    }

protected:
    ~OrderedWorkers() = default;

    /// Reads elements into a slot; one thread at a time does. False: they were the last.
    virtual bool read(std::size_t slot) = 0;
    /// Computes what was read into a slot.
    virtual void compute(std::size_t slot) = 0;

private:
    void work()
    {
        for (;;) {
            std::size_t slot = 0;
            {
                const std::lock_guard reader(reading);
                std::uint64_t mine = 0;
                {
                    std::unique_lock lock(state);
                    freed.wait(lock, [&] { return stopped || last != none || taken - given < full.size(); });
                    if (stopped || last != none) return;
                    mine = taken++;
                }
                slot = static_cast<std::size_t>(mine % full.size());
                if (!read(slot)) {
                    const std::lock_guard lock(state);
                    last = mine + 1;
                }
            }
            compute(slot);
            {
                const std::lock_guard lock(state);
                full[slot] = 1;
            }
            filled.notify_one();
        }
    }

    static constexpr std::uint64_t none = ~std::uint64_t{0};

    std::mutex reading, state;
    std::condition_variable filled, freed;
    std::vector<unsigned char> full;
    std::uint64_t taken = 0, given = 0, last = none; // `last`: the number of slots in all, once the source has ended
    bool stopped = false;
    std::unique_ptr<std::thread[]> threads; // a std::vector of them would take longer to compile
    std::size_t running = 0;
};

}}} // namespace lamina::internals
