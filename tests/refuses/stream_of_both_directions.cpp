// A stream of a layer that begins with the last step.
// expect: error: ; a Stream takes a Sequential over .steps, .... ; recurrent ones that go forwards
#include <lamina/lamina.hpp>

using namespace lamina;

int main()
{
#ifdef GOOD
    const auto model = build<Sequential<Input<20, 3>, LSTM<8>, Dense<1>>>();
#else
    const auto model = build<Sequential<Input<20, 3>, Bidirectional<LSTM<8>>, Dense<1>>>();
#endif
    Stream stream(model);
    return stream(std::array{1.f, 2.f, 3.f})(0) > 2;
}
