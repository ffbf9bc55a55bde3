// The classes that a case may name: what lamina has for them, and their own lists of options.
#pragma once

#include <lamina/blocks/option_list.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cases {

using Options = std::vector<lamina::protocols::Option>;

/// A row of classes.def.
struct Class {
    std::string_view kind, keras, header; ///< layers, Dense, lamina/layers/core/dense.hpp
    std::string name, says;               ///< in C++, Dense; what it calls itself in Keras's words
    Options options;                      ///< as Dense<1> lists them
};

const std::vector<Class>& classes();

/// The class of that kind, or null.
const Class* class_of(std::string_view kind, std::string_view keras);

} // namespace cases
