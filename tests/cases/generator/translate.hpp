// From the folder of a reference case to the C++ of its test.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cases {

/// What becomes of a folder <root>/<kind>/<name>.
struct Translation {
    std::string name;              ///< of the test: <last of root>/<kind>/<name>
    std::string program;           ///< layers.Dense, where lamina has the class
    std::string keras;             ///< the class that it is of, where the case says one
    std::set<std::string> headers; ///< of lamina
    std::string test;              ///< the body of the test, where there is one
    std::string refusal;           ///< why it cannot be tested, which is a failure
};

/// `include` is where lamina's headers are: a class whose header is there and that lamina/interop/keras/class_list.hpp does not have is refused.
Translation translate(const std::filesystem::path& folder, const std::filesystem::path& include);

/// What becomes of all cases of several folders.
struct Written {
    std::size_t found = 0, tested = 0, left_out = 0;
    std::vector<std::string> unborn, refused; ///< "name (class)" of no class yet; "name: why"
    std::map<std::string, std::string> files; ///< layers.Dense.1.cpp and what is in it
};

/// Translates all; of each class every `share`-th case, the first one included, gets a test. A class has a file of its own; for each further 20
/// folders another one, so that no compiler needs gigabytes.
Written write_all(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& include, std::size_t share);

} // namespace cases
