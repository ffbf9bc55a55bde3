// lamina/data/sources/npy_rows.hpp: the rows of NumPy's .npy files, which may be larger than the memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/mapped_file.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/sources/array_rows.hpp>
#include <lamina/formats/npy.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `npy_rows` reads.
struct NpyRowsOptions {
    bool map = true; ///< whether the system reads what is looked at; else the whole file is read at once
};

/// The rows of an .npy file of T: `Row<T, R>`, or numbers where R is 0. They are copied by nobody before the batch.
///
/// The file is mapped into memory: nothing is read before it is looked at, so that it may be larger than the memory. Big-endian numbers,
/// Fortran's order, truth values and numbers that are not aligned are put right in a copy.
///
/// Shapes   an array [n, …] of R + 1 axes, elements […]
/// Options  `map`; false, where the file may become shorter meanwhile, which ends a program that maps it
/// Refuses  a file that is none, or damaged; another type or number of axes
///
/// Example: `npy_rows<float, 3>("images.npy") | shuffle(1000, Seed{1}) | batch(32)`
template <class T, std::size_t R> [[gnu::cold]] auto npy_rows(const internals::FilePath& path, NpyRowsOptions options = {})
{
    using E = std::conditional_t<R == 0, T, Row<T, R>>;
    using Rows = internals::ArrayRowsDataset<E>;
    auto file = std::make_shared<const internals::MappedFile>(path, options.map);
    const auto array = npy::view(file->bytes(), path.string());
    return Rows{std::make_shared<const typename Rows::Arrays>(internals::ArrayRows<E>(array, std::move(file)))};
}

}} // namespace lamina
