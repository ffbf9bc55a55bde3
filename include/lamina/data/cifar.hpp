// lamina/data/cifar.hpp: CIFAR-10's and CIFAR-100's small color pictures from their binary files.
//
// A picture is its label, or a coarse and a fine one, and 32 · 32 bytes of red, as many of green and of blue, row by row.
// Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009), and the page of the data set, "binary version".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/formats/plain_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace cifar {

/// Pictures as numbers of 0 to 255, unscaled, and their classes.
///
/// Shapes  x [n, 32, 32, 3], y [n].
template <class T> using Pictures = Samples<internals::row_major<T, 4>, internals::row_major<std::int32_t, 1>>;

/// What `load` gives: `auto [train, test] = cifar10::load(folder)`.
template <class T> struct Data {
    Pictures<T> train, test;
};

namespace detail {

inline constexpr std::size_t side = 32, plane = side * side;

/// How a file's pictures are labeled: of `labels` bytes before each the one at `chosen` is the class, below `classes`.
struct Form {
    std::size_t labels, chosen, classes;
    std::string_view called;
};

/// How many pictures a file has. A download that is cut has no whole number of them.
[[gnu::cold]] inline std::size_t count_pictures(const std::filesystem::path& file, const Form& form)
{
    const std::size_t size = form.labels + 3 * plane;
    std::error_code problem;
    const std::uintmax_t bytes = std::filesystem::file_size(file, problem);
    if (problem)
        internals::fail(
            {file.string(), ": cannot be read (", problem.message(), "); put ", form.called, "'s binary files into this folder"});
    if (bytes == 0 || bytes % size != 0)
        internals::fail({file.string(), ": has ", bytes, " bytes, a multiple of ", size, " was needed; copy ", form.called,
                         "'s binary version again"});
    return static_cast<std::size_t>(bytes / size);
}

/// The pictures of files, one file after another.
template <class T>
[[gnu::cold]] Pictures<T> read(const std::filesystem::path& folder, std::span<const std::string_view> names, const Form& form)
{
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::uint8_t>,
                  "lamina: the pictures of CIFAR are read as float, double or std::uint8_t");
    std::vector<std::size_t> counts;
    std::size_t n = 0;
    for (const std::string_view name : names) {
        counts.push_back(count_pictures(folder / name, form));
        n += counts.back();
    }
    Pictures<T> result{internals::row_major<T, 4>::from_shape({n, side, side, 3}),
                       internals::row_major<std::int32_t, 1>::from_shape({n})};
    T* to = result.x.data();
    std::int32_t* label = result.y.data();
    std::vector<char> picture(form.labels + 3 * plane);
    for (std::size_t file = 0; file < names.size(); ++file) {
        const std::string path = (folder / names[file]).string();
        internals::PlainBytes bytes(path, path);
        for (std::size_t i = 0; i < counts[file]; ++i) {
            if (bytes.read(picture.data(), picture.size()) < picture.size())
                internals::fail({path, ": became shorter while it was read; copy it again"});
            const auto found = static_cast<std::uint8_t>(picture[form.chosen]);
            if (found >= form.classes)
                internals::fail({path, ": label ", i, " is ", +found, ", 0 to ", form.classes - 1, " were needed; is it ",
                                 form.called, "'s binary version?"});
            *label++ = found;
            const char* const from = picture.data() + form.labels;
            for (std::size_t p = 0; p < plane; ++p)
                for (std::size_t color = 0; color < 3; ++color)
                    *to++ = static_cast<T>(static_cast<std::uint8_t>(from[color * plane + p]));
        }
    }
    return result;
}

} // namespace detail

} // namespace cifar

namespace cifar10 {

/// What the classes 0 to 9 are called.
inline constexpr std::string_view class_names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                   "dog",      "frog",       "horse", "ship", "truck"};

/// CIFAR-10's training and test pictures from a folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`: x [n, 32, 32, 3] of 0
/// to 255, y [n] of 0 to 9. As float they take 740 MB, as `std::uint8_t` 185.
///
/// Refuses  a file that is missing, has another size, or another label: throws `lamina::error` with the file's name
///
/// Example  auto [train, test] = cifar10::load<std::uint8_t>("cifar-10-batches-bin");
template <class T = float> cifar::Data<T> load(const std::filesystem::path& folder)
{
    constexpr std::string_view train[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                                          "data_batch_5.bin"};
    constexpr std::string_view test[] = {"test_batch.bin"};
    constexpr cifar::detail::Form form{1, 0, 10, "CIFAR-10"};
    return {cifar::detail::read<T>(folder, train, form), cifar::detail::read<T>(folder, test, form)};
}

} // namespace cifar10

namespace cifar100 {

/// Which of the two labels of a picture is its class: one of 20 groups ("fish"), or one of 100 ("shark").
enum class Labels { coarse, fine };

/// CIFAR-100's training and test pictures from a folder with `train.bin` and `test.bin`: x [n, 32, 32, 3] of 0 to 255, y [n] of 0 to 99, or
/// of 0 to 19 for the coarse labels.
///
/// Refuses  a file that is missing, has another size, or another label: throws `lamina::error` with the file's name
///
/// Example  auto [train, test] = cifar100::load("cifar-100-binary", cifar100::Labels::coarse);
template <class T = float> cifar::Data<T> load(const std::filesystem::path& folder, Labels labels = Labels::fine)
{
    constexpr std::string_view train[] = {"train.bin"}, test[] = {"test.bin"};
    const bool fine = labels == Labels::fine;
    const cifar::detail::Form form{2, fine, fine ? std::size_t{100} : 20, "CIFAR-100"};
    return {cifar::detail::read<T>(folder, train, form), cifar::detail::read<T>(folder, test, form)};
}

} // namespace cifar100

}} // namespace lamina
