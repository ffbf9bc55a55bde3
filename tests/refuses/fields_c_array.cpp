// A model with a C array as a field.
// expect: error: ; Encoder ; a_C_array__use_std_array
#include <lamina/core/fields.hpp>

#include <array>

struct Encoder {
#ifdef GOOD
    std::array<int, 3> sizes;
#else
    int sizes[3];
#endif
};

int main()
{
    Encoder encoder{};
    lamina::internals::for_each_field(encoder, [](auto, auto&) {});
}
