// lamina/graph/traced/short_list.hpp: a list that lies on the stack where it is short.
#pragma once

#include <lamina/core/architecture.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

template <class T, std::size_t Short = 8> class ShortList {
public:
    /// Of so many at most.
    explicit ShortList(std::size_t most)
    {
        if (most > Short) rest.resize(most);
        start = most > Short ? rest.data() : own.data();
    }
    ShortList(const ShortList&) = delete;
    ShortList& operator=(const ShortList&) = delete;

    void push_back(T value) { start[count++] = value; }
    std::size_t size() const { return count; }
    const T* data() const { return start; }
    operator std::span<const T>() const { return {start, count}; }

private:
    std::array<T, Short> own; // not set: what is not pushed is not read
    std::vector<T> rest;
    T* start;
    std::size_t count = 0;
};

}}} // namespace lamina::internals::graphs
