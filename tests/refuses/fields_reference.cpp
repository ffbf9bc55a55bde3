// A model that holds a reference.
// expect: error: ; Encoder ; a_reference__hold_the_value_or_a_pointer
#include <lamina/core/fields.hpp>

struct Encoder {
#ifdef GOOD
    int* width;
#else
    int& width;
#endif
    int depth = 0;
};

int main()
{
    int width = 3;
#ifdef GOOD
    Encoder encoder{&width};
#else
    Encoder encoder{width};
#endif
    lamina::internals::for_each_field(encoder, [](auto, auto&) {});
}
