// Reads a config of Keras by a class's own list of options.
#pragma once

#include "cases/generator/classes.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

namespace cases {

/// A sentence that says why a case cannot be tested, which is a failure.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the config says of the options of the class, in the class's order; what it leaves out, or is null in it, is left out. An option that
/// the class does not have may only say what makes no difference. Texts stay where they are in the config.
Options read_config(const Class& of, const nlohmann::json& config);

/// The class that an object in the option of that name is of.
const Class* class_inside(std::string_view option, std::string_view keras);

/// `a "x" is 3, …`: the beginning of a refusal.
std::string option_is(const Class& of, std::string_view option, const std::string& value);

} // namespace cases
