// What the tests of HDF5 share: the files that h5py wrote, and a file as lines that Python wrote down as well.
#pragma once

#include <lamina/formats/hdf5/reader.hpp>

#include "../../catch.hpp"
#include "../../data/temporary.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

/// The files of a folder that end so, in the order of their names.
inline std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder, std::string_view ending)
{
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

inline const std::filesystem::path small_files = std::filesystem::path(__FILE__).parent_path() / "files";

/// The bytes of a file, unpacked where gzip packed it.
inline std::string unpacked(const std::filesystem::path& path)
{
    std::string bytes;
    char block[4096];
    const gzFile file = gzopen(path.c_str(), "rb");
    for (int n; (n = gzread(file, block, sizeof block)) > 0;) bytes.append(block, static_cast<std::size_t>(n));
    gzclose(file);
    return bytes;
}

inline std::string checked(std::string_view bytes)
{
    char text[40];
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    std::snprintf(text, sizeof text, "%zu %08lx", bytes.size(), static_cast<unsigned long>(bytes.empty() ? 0 : sum));
    return text;
}

/// What tools/hdf5/make_files.py writes down of a file, from lamina's reader.
inline std::string lines_of(const lamina::hdf5::File& file)
{
    using lamina::internals::text_of;
    std::string lines;
    for (const auto& object : file.objects) {
        lines += (object.is_dataset ? "dataset " : "group ") + object.path;
        if (object.is_dataset) {
            const auto refused = refusal_of([&] {
                const auto numbers = file.tensor(object);
                lines += " " + text_of({numbers, ' ', checked(numbers.bytes)});
            });
            if (!refused.empty()) lines += refused.substr(file.name().size() + 1);
        }
        lines += '\n';
        for (const auto& attribute : object.attributes) {
            std::string texts;
            for (const auto& text : attribute.texts) (texts += &text == attribute.texts.data() ? "" : "\n") += text;
            lines += text_of({"  ", attribute.name, ' ', attribute.numbers, ' ',
                              checked(attribute.has_texts ? std::string_view(texts) : attribute.numbers.bytes), '\n'});
        }
    }
    return lines;
}
