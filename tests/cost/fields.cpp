// The fields of a struct of twenty, by name.
#include "settings.hpp"

#include <lamina/core/fields.hpp>

int main()
{
    Settings settings{};
    std::size_t letters = 0;
    lamina::internals::for_each_field(settings, [&](std::string_view name, float& field) {
        letters += name.size();
        field += 1;
    });
    return static_cast<int>(settings.alpha) + static_cast<int>(letters);
}
