// lamina/data/sources/class_folders.hpp: files that lie in a folder for each class.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/sources/list_dataset.hpp>
#include <lamina/data/sources/list_files.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The names of the classes: those of the folders in a folder, in order. The label of a class is its place in this list.
///
/// Refuses  a folder that cannot be read, or that has no folders in it
///
/// Example  std::vector<std::string> names = classes("flowers");
[[gnu::cold]] inline std::vector<std::string> classes(const internals::FilePath& folder)
{
    auto names = internals::names_in(folder.string(), true);
    if (names.empty()) internals::fail({folder.string(), ": has no folders, one for each class was needed"});
    return names;
}

/// The files of a folder that has a folder for each class: (path, label), class by class, each in the order of names. Names that begin
/// with a point are left out, and what lies deeper.
///
/// Elements  std::tuple<std::string, std::int32_t>
/// Refuses   what `classes` refuses; a folder without any files
///
/// Example  auto files = class_folders("flowers"); // "flowers/daisy/1.jpg", 0
[[gnu::cold]] inline internals::ListDataset<std::tuple<std::string, std::int32_t>>
class_folders(const internals::FilePath& folder)
{
    std::vector<std::tuple<std::string, std::int32_t>> list;
    std::int32_t label = 0;
    for (const std::string& name : classes(folder)) {
        const auto path = std::filesystem::path(folder.string()) / name;
        for (const std::string& file : internals::names_in(path, false)) list.emplace_back((path / file).string(), label);
        ++label;
    }
    if (list.empty()) internals::fail({folder.string(), ": its folders have no files in them"});
    return {std::make_shared<const std::vector<std::tuple<std::string, std::int32_t>>>(std::move(list))};
}

}} // namespace lamina
