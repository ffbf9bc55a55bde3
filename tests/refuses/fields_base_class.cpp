// A model with a base class: its fields cannot be seen through.
// expect: error: ; Encoder ; hidden_by_a_base_class__make_it_a_field
#include <lamina/core/fields.hpp>

struct Common {
    int width = 0;
};

#ifdef GOOD
struct Encoder {
    Common common;
    int depth = 0;
};
#else
struct Encoder : Common {
    int depth = 0;
};
#endif

int main()
{
    Encoder encoder{};
    lamina::internals::for_each_field(encoder, [](auto, auto&) {});
}
