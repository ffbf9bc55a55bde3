// A loss whose softmax_row does not take the logits.
// expect: error: ; loss_fits ; with_a_softmax_row_or_sigmoid_row_of_other_parameters__the_logits_are_the_second
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;

struct Mine : SparseCategoricalCrossentropy {
#ifndef GOOD
    template <class T, class Y> T softmax_row(const T* p, const Y* y, std::size_t width, T* gradient, T scale) const
    {
        return row(p, y, width, gradient, scale);
    }
#endif
};

int main()
{
    auto model = build<Dense<3, Softmax>::on<4>>(Seed{1});
    auto trainer = compile(model, SGD{}, Mine{});
}
