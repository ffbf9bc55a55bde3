// lamina/data/mnist.hpp: MNIST's handwritten digits from their four idx files, plain or gzip.
//
// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/idx.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

namespace lamina::mnist {

/// Digits as pixels of 0 (paper) to 255 (ink), unscaled, and their classes 0 to 9.
///
/// Shapes  x [n, 28, 28, 1], y [n].
using Digits = Samples<xt::xtensor<float, 4>, xt::xtensor<std::int32_t, 1>>;

/// What `load` gives: `auto [train, test] = mnist::load(folder)`.
struct Data {
    Digits train, test;
};

namespace detail {

/// The file under its own name, or the one with .gz; what either holds is found out by its content.
inline idx::array read(const std::filesystem::path& folder, const std::string& name, std::size_t rank)
{
    std::error_code ignored;
    const auto plain = folder / name, packed = folder / (name + ".gz");
    if (std::filesystem::exists(plain, ignored)) return idx::read(plain, rank);
    if (std::filesystem::exists(packed, ignored)) return idx::read(packed, rank);
    fail({plain.string(), ": is missing, and so is the same with .gz; put MNIST's four idx files into this folder"});
}

inline Digits digits(const std::filesystem::path& folder, const std::string& part)
{
    const auto named = [&](const char* what) { return (folder / (part + what)).string(); };
    const auto labels = read(folder, part + "-labels-idx1-ubyte", 1);
    const auto images = read(folder, part + "-images-idx3-ubyte", 3);
    const std::size_t n = images.shape[0];

    if (images.shape[1] != 28 || images.shape[2] != 28)
        fail({named("-images-idx3-ubyte"), ": has images of ", images.shape[1], " by ", images.shape[2],
              " pixels, 28 by 28 were needed; is it MNIST?"});
    if (n != labels.shape[0])
        fail({named("-images-idx3-ubyte"), ": has ", n, " images where the labels beside it are ", labels.shape[0],
              "; take both from one download"});
    const auto wrong = std::find_if(labels.bytes.begin(), labels.bytes.end(), [](auto label) { return label > 9; });
    if (wrong != labels.bytes.end())
        fail({named("-labels-idx1-ubyte"), ": label ", wrong - labels.bytes.begin(), " is ", +*wrong,
              ", 0 to 9 were needed; is it MNIST?"});

    Digits result{xt::xtensor<float, 4>::from_shape({n, 28, 28, 1}), xt::xtensor<std::int32_t, 1>::from_shape({n})};
    std::copy(images.bytes.begin(), images.bytes.end(), result.x.data());
    std::copy(labels.bytes.begin(), labels.bytes.end(), result.y.data());
    return result;
}

} // namespace detail

/// MNIST's training and test digits from a folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each plain or gzip, with or without .gz in its name.
///
/// Refuses  a folder or a file that is missing, a file that is something else, cut, too long or does not fit its
///          neighbour: throws `lamina::error` with the file's name.
inline Data load(const std::filesystem::path& folder)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        fail({folder.string(),
              ": is no folder, one with MNIST's four idx files was needed; download them or name another folder"});
    return {detail::digits(folder, "train"), detail::digits(folder, "t10k")};
}

} // namespace lamina::mnist
