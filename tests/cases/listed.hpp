// Asks what a case tests for its own list of options: it has to say what Keras's config says.
#pragma once

#include <lamina/blocks/option_list.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cases {

/// An option and its value, as lists print it.
struct Said {
    std::string_view option, value;
};

/// Where a list and a config differ: of options that the config says, in their values; all others have to be at their defaults.
std::vector<std::string> differences(const std::vector<lamina::protocols::Option>& list, const std::vector<Said>& config);

/// The same for the class that a config is of.
template <class Tested>
std::vector<std::string> listed(const Tested& tested, std::string_view keras, const std::vector<Said>& config)
{
    auto found = differences(lamina::protocols::options_of(tested), config);
    constexpr std::string_view own = lamina::protocols::class_name_of<Tested>();
    if (own != keras)
        found.push_back("the class is " + std::string(keras) + " in the case and " + std::string(own) + " in lamina");
    return found;
}
template <class Tested> std::vector<std::string> listed(std::string_view keras, const std::vector<Said>& config)
{
    return listed(Tested{}, keras, config);
}

} // namespace cases
