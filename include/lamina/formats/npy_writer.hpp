// lamina/formats/npy_writer.hpp: writes NumPy's .npy files.
//
// Source: NumPy, NEP 1 and numpy.lib.format, version 1.0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/array_of.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace npy {

namespace detail {

/// What stands before the numbers of an array. It is filled with spaces so that they start at a multiple of 64.
[[gnu::cold]] inline std::string start_of(const protocols::file_tensor& array, std::string_view file)
{
    const std::string_view type = array.foreign.empty() ? names[static_cast<std::size_t>(array.type)] : std::string_view();
    if (type.empty())
        internals::fail({file, ": holds ", array.type_name(), ", which NumPy has not; save it as float32, array.as<float>()"});
    std::string header;
    internals::append(header, {"{'descr': '", type, "', 'fortran_order': False, 'shape': ("});
    for (std::size_t axis = 0; axis < array.shape.size(); ++axis)
        internals::append(header, {axis > 0 ? ", " : "", array.shape[axis]});
    internals::append(header, {array.shape.size() == 1 ? ",), }" : "), }"});
    constexpr std::size_t before = 10;
    header.append((128 - (before + header.size() + 1) % 64) % 64, ' ');
    header += '\n';
    if (header.size() > 0xffff) internals::fail({file, ": has too many axes for an .npy file; reshape it"});
    std::string start = "\x93NUMPY\1";
    start += '\0';
    start += static_cast<char>(header.size() & 255);
    start += static_cast<char>(header.size() >> 8);
    return start + header;
}

/// An array as the bytes of an .npy file; `file` is what errors call it.
[[gnu::cold]] inline std::string file_of(const protocols::file_tensor& array, std::string_view file)
{
    internals::check_arrays({std::string(file), {array}, {}});
    const std::string start = start_of(array, file);
    std::string bytes;
    bytes.reserve(start.size() + array.bytes.size());
    bytes += start;
    bytes += array.bytes;
    return bytes;
}

} // namespace detail

/// Writes an array that `numpy.load` reads: a tensor or an expression of xtensor, a list, a number, a variable, an array of a file. The
/// file is whole or not there: `AtomicFile`.
///
/// Refuses  bfloat16, which NumPy has not, and what a file can fail of.
///
/// Example  npy::write("x.npy", xt::xtensor<float, 1>{1, 2, 3});
LAMINA_OUTLINED inline void write(const internals::FilePath& path, const protocols::Array& array)
{
    internals::check_arrays({path.string(), {array.numbers}, {}});
    const std::string start = detail::start_of(array.numbers, path.string());
    internals::AtomicFile file(path);
    file.write(start);
    file.write(array.numbers.bytes);
    file.commit();
}

}}} // namespace lamina::npy
