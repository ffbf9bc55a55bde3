// How a class with its options is written in C++.
#pragma once

#include "cases/generator/classes.hpp"

#include <set>
#include <string>

namespace cases {

/// `Dense<5, Relu>`, `Huber{.delta = 0.5f}`. Adds the headers of what it is made of.
std::string spelled(const Class& c, const Options& said, std::set<std::string>& headers);

/// Whether an object of the class has values, Adam{.beta_1 = 0.9}, and is no type with arguments, Dense<5>.
bool is_object(const Class& c);

/// Whether the table below has a row for the option of a layer.
bool has_row(std::string_view option);

} // namespace cases
