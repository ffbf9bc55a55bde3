// lamina/data/sources/npz_rows.hpp: the rows of arrays of NumPy's .npz files, side by side. Needs libzip (lamina::numpy).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/sources/array_rows.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/zip.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The array of a name in an archive, unpacked.
[[gnu::cold]] inline file_tensor array_in(const zipped::Archive& archive, std::string_view wanted)
{
    const zipped::entry* const found = archive.find(text_of({wanted, ".npy"}));
    if (!found) {
        std::string there;
        for (const auto& one : archive.entries())
            append(there, {there.empty() ? "" : ", ", std::string_view(one.name).substr(0, one.name.rfind(".npy"))});
        fail({archive.name(), ": has no array \"", wanted, "\"; it has ", std::string_view(there)});
    }
    return npy::parse(archive.read(*found), text_of({archive.name(), ": \"", found->name, '"'}));
}

[[gnu::cold]] inline void require_same_rows(std::string_view file, const std::size_t* rows, std::size_t n)
{
    for (std::size_t i = 1; i < n; ++i)
        if (rows[i] != rows[0])
            fail({file, ": the arrays have ", rows[0], " and ", rows[i], " rows; take arrays that belong together"});
}

} // namespace internals

/// The rows of arrays of an .npz file, a std::tuple of one of each array; of a single array, its rows. Each E is the element of the array of
/// the same place: a number, or `Row<T, R>`. The arrays that are named are unpacked once, into memory.
///
/// Shapes   arrays [n, …], elements […]
/// Refuses  a file that is none, or damaged; a name that it has not; another type or number of axes; arrays of different numbers of rows
///
/// Example: `npz_rows<Row<float, 2>, std::int64_t>("digits.npz", "X", "y") | batch(32)`
template <class... E, std::convertible_to<std::string_view>... Name>
    requires(sizeof...(E) > 0 && sizeof...(Name) == sizeof...(E))
[[gnu::cold]] auto npz_rows(const internals::FilePath& path, const Name&... names)
{
    using Rows = internals::ArrayRowsDataset<E...>;
    const zipped::Archive archive(path);
    auto arrays =
        std::make_shared<const typename Rows::Arrays>(internals::ArrayRows<E>(internals::array_in(archive, names), nullptr)...);
    const auto rows = std::apply([](const auto&... each) { return std::array{each.size()...}; }, *arrays);
    internals::require_same_rows(archive.name(), rows.data(), rows.size());
    return Rows{std::move(arrays)};
}

}} // namespace lamina
