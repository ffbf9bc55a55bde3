// Any bytes as an .npy file: a clean error, or one array whose bytes are those of its shape, as numbers, as rows and in a graph.
#include "fuzz.hpp"

#include <lamina/data/sources/array_rows.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/graph/graph.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Looks at all rows of an array, where it is one of these.
template <class E> void read_rows(const file_tensor& array)
{
    using Rows = ArrayRows<E>;
    if (!array.has_type(dtype_of<typename Rows::T>) || array.shape.size() != Rows::rank + 1) return;
    const Rows rows(array, nullptr);
    require(rows.size() == array.shape[0]);
    E one{};
    double sum = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 1000); ++i) {
        rows.take(i, one);
        if constexpr (Rows::rank == 0) sum += static_cast<double>(one);
        else
            for (const auto number : one) sum += static_cast<double>(number);
    }
    require(sum == sum || sum != sum); // so that nothing is left out
}

} // namespace

void fuzz(std::string_view bytes)
{
    const file_tensor array = npy::parse(std::string(bytes), "file");
    require(array.foreign.empty() && array.bytes.size() <= bytes.size());
    std::size_t size = 1;
    for (const std::size_t extent : array.shape) size *= extent; // wraps only where an extent is zero, and then to zero
    require(size == array.size() && array.bytes.size() == size * bytes_of(array.type));
    const file_tensor seen = npy::view(bytes, "file");
    require(seen.bytes == array.bytes && seen.shape == array.shape);
    read_rows<float>(seen);
    read_rows<bool>(seen);
    read_rows<std::int64_t>(seen);
    read_rows<Row<float, 1>>(seen);
    read_rows<Row<double, 2>>(seen);
    read_rows<Row<std::uint8_t, 2>>(seen);

    const auto numbers = array.as<double>();
    require(numbers.size() == size);

    const Graph graph = Graph::of({"file", {array}, {}});
    const auto kept = graph.find("file");
    require(kept->type() == array.type && kept->extents().size() == size);
    require(array.as<std::int16_t>().size() == size);
}
