// lamina/formats/npz.hpp: NumPy's .npz files, archives of named arrays, read and written.
//
// Source: NumPy, documentation of numpy.savez and numpy.load.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/array_of.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/npy_writer.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/zip.hpp>
#include <lamina/formats/zip_writer.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace npz {

/// The arrays of an .npz file, by name and one after another. `load(model, arrays)` and `Graph::of(arrays)` take them.
struct Arrays : protocols::tensor_file {
    /// The array of a name; it shares the bytes. Refuses a name that the file has not.
    [[gnu::cold]] protocols::file_tensor operator[](std::string_view wanted) const
    {
        internals::NearestName nearby{wanted};
        for (const auto& tensor : tensors) {
            if (tensor.name == wanted) return tensor;
            nearby.look_at(tensor.name);
        }
        const bool guess = !nearby.found.empty();
        internals::fail({name, ": has no array \"", wanted, guess ? "\"; is \"" : "\", of ",
                         guess ? nearby.found : std::string_view(),
                         guess ? "\" meant?" : internals::text_of({tensors.size(), " arrays; ask for one that is there"})});
    }
};

/// How a file is written.
struct WriteOptions {
    bool compressed = false; ///< as numpy.savez_compressed does; else as numpy.savez
};

/// The arrays in the bytes of an .npz file; `file` is what errors call it.
[[gnu::cold]] inline Arrays parse(std::string bytes, std::string_view file)
{
    constexpr std::string_view ending = ".npy";
    const zipped::Archive archive(std::move(bytes), file);
    Arrays result;
    result.name = file;
    for (const zipped::entry& one : archive.entries()) {
        if (!one.name.ends_with(ending) || one.name.size() == ending.size())
            internals::fail({file, ": \"", one.name, "\" is no array, NAME.npy was needed; write it with numpy.savez"});
        auto array = npy::parse(archive.read(one), internals::text_of({file, ": \"", one.name, '"'}));
        array.name = one.name.substr(0, one.name.size() - ending.size());
        result.tensors.push_back(std::move(array));
    }
    return result;
}

/// Reads all arrays of an .npz file, stored or compressed.
///
/// Refuses  a damaged archive, two arrays of one name, and whatever `npy::read` refuses in one of them.
///
/// Example  const auto x = npz::read("digits.npz")["X"].as<float>();
LAMINA_OUTLINED inline Arrays read(const internals::FilePath& path) { return parse(internals::read_file(path), path.string()); }

/// Writes arrays that `numpy.load` reads under their names. The same arrays are the same bytes: no date is written.
///
/// Refuses  a name that is empty or comes twice, bfloat16, which NumPy has not, and what a file can fail of.
///
/// Example  npz::write("digits.npz", {{"X", xt::xtensor<float, 2>{{1, 2}, {3, 4}}}, {"y", std::vector<int>{0, 1}}});
LAMINA_OUTLINED inline void write(const internals::FilePath& path, const protocols::NamedArrays& arrays, WriteOptions how = {})
{
    zipped::Writer archive(path, {.compressed = how.compressed});
    for (const auto& [name, array] : arrays) {
        if (name.empty()) internals::fail({path.string(), ": an array would have no name; give it one"});
        archive.add(internals::text_of({name, ".npy"}),
                    npy::detail::file_of(array.numbers, internals::text_of({path.string(), ": \"", name, '"'})));
    }
    archive.write();
}

/// The same of the arrays of another file. (A template, so that lists in braces are no files.)
template <std::derived_from<protocols::tensor_file> File>
LAMINA_OUTLINED void write(const internals::FilePath& path, const File& file, WriteOptions how = {})
{
    protocols::NamedArrays arrays;
    for (const auto& tensor : file.tensors) arrays.push_back({tensor.name, tensor});
    write(path, arrays, how);
}

}}} // namespace lamina::npz
