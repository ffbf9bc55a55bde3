// A layer that is bound by itself, to a shape that it refuses.
// expect: error: ; alone ; Dense<10 ; Extents<28, 28> ; needs_rank_1__put_Flatten_before_it
#include <lamina/layers/core/dense.hpp>

using namespace lamina;

struct Model {
#ifdef GOOD
    Dense<10>::on<784> head;
#else
    Dense<10>::on<28, 28> head;
#endif
    auto operator()(const auto& x) const { return head(x); }
};
Model model;
