// lamina/data/mnist.hpp: MNIST's handwritten digits from their four idx files, plain or gzip.
//
// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/formats/idx.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace mnist {

/// Digits as pixels of 0 (paper) to 255 (ink), unscaled, and their classes 0 to 9.
///
/// Shapes  x [n, 28, 28, 1], y [n].
using Digits = Samples<internals::row_major<float, 4>, internals::row_major<std::int32_t, 1>>;

/// What `load` gives: `auto [train, test] = mnist::load(folder)`.
struct Data {
    Digits train, test;
};

namespace detail {

/// The file under its own name, or the one with .gz; what either holds is found out by its content.
inline protocols::file_tensor read(const std::filesystem::path& folder, const std::string& name, std::size_t rank,
                                   std::string_view called)
{
    std::error_code ignored;
    const auto plain = folder / name, packed = folder / (name + ".gz");
    if (std::filesystem::exists(plain, ignored)) return idx::read(plain, rank);
    if (std::filesystem::exists(packed, ignored)) return idx::read(packed, rank);
    internals::fail(
        {plain.string(), ": is missing, and so is the same with .gz; put ", called, "'s four idx files into this folder"});
}

/// The numbers of an array of bytes.
inline const std::uint8_t* bytes_of(const protocols::file_tensor& array)
{
    return reinterpret_cast<const std::uint8_t*>(array.bytes.data());
}

inline Digits digits(const std::filesystem::path& folder, const std::string& part, std::string_view called)
{
    const auto named = [&](const char* what) { return (folder / (part + what)).string(); };
    const auto labels = read(folder, part + "-labels-idx1-ubyte", 1, called);
    const auto images = read(folder, part + "-images-idx3-ubyte", 3, called);
    const std::size_t n = images.shape[0];

    if (images.shape[1] != 28 || images.shape[2] != 28)
        internals::fail({named("-images-idx3-ubyte"), ": has images of ", images.shape[1], " by ", images.shape[2],
                         " pixels, 28 by 28 were needed; is it ", called, '?'});
    if (n != labels.shape[0])
        internals::fail({named("-images-idx3-ubyte"), ": has ", n, " images where the labels beside it are ", labels.shape[0],
                         "; take both from one download"});
    const auto *pixels = detail::bytes_of(images), *classes = detail::bytes_of(labels);
    for (std::size_t i = 0; i < n; ++i)
        if (classes[i] > 9)
            internals::fail(
                {named("-labels-idx1-ubyte"), ": label ", i, " is ", +classes[i], ", 0 to 9 were needed; is it ", called, '?'});

    Digits result{internals::row_major<float, 4>::from_shape({n, 28, 28, 1}),
                  internals::row_major<std::int32_t, 1>::from_shape({n})};
    std::copy_n(pixels, n * 28 * 28, result.x.data());
    std::copy_n(classes, n, result.y.data());
    return result;
}

/// The four files of a folder, of MNIST or of a data set of the same form.
inline Data load(const std::filesystem::path& folder, std::string_view called)
{
    if (folder.empty()) internals::fail({called, ": the name of the folder is empty; give the one with the four idx files"});
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        internals::fail({folder.string(), ": is no folder, one with ", called,
                         "'s four idx files was needed; download them or name another folder"});
    return {detail::digits(folder, "train", called), detail::digits(folder, "t10k", called)};
}

} // namespace detail

/// MNIST's training and test digits from a folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each plain or gzip, with or without .gz in its name.
///
/// Refuses  a folder or a file that is missing, a file that is something else, cut, too long or does not fit its
///          neighbor: throws `lamina::error` with the file's name.
inline Data load(const std::filesystem::path& folder) { return detail::load(folder, "MNIST"); }

}}} // namespace lamina::mnist
