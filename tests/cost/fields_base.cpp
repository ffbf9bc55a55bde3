// What fields.cpp is compared with: the same struct, whose fields nobody asks for.
#include "settings.hpp"

#include <lamina/core/fields.hpp>

int main()
{
    Settings settings{};
    return static_cast<int>(settings.alpha);
}
