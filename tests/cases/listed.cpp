// How a list of options is compared: see listed.hpp.
#include "cases/listed.hpp"

namespace cases {

std::vector<std::string> differences(const std::vector<lamina::protocols::Option>& list, const std::vector<Said>& config)
{
    std::vector<std::string> found;
    std::size_t met = 0;
    for (const auto& option : list) {
        const std::string own = lamina::internals::text_of({option.value});
        const Said* said = nullptr;
        for (const Said& one : config)
            if (one.option == option.name) said = &one;
        met += said != nullptr;
        if (said && said->value != own)
            found.push_back("the option " + std::string(option.name) + " is " + std::string(said->value) + " in the case and " +
                            own + " in lamina");
        if (!said && (option.required || !(option.value == option.usual)))
            found.push_back("the option " + std::string(option.name) + " is " + own + " in lamina, the case does not say it");
    }
    if (met != config.size())
        found.push_back(std::to_string(config.size() - met) + " options of the case are not in lamina's list");
    return found;
}

} // namespace cases
