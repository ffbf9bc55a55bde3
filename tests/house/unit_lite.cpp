// What an object of house.units does with a file of TensorFlow Lite: it reads and runs it. It is looked at and not linked, as what it shares is all
// that is asked. What converts a model is not in here yet: some copies of vectors of numbers are shared.
#include <lamina/lite/interpreter.hpp>

float interpret(const char* path);

float interpret(const char* path)
{
    lamina::lite::Interpreter interpreter{path};
    interpreter.allocate_tensors();
    for (const auto& input : interpreter.input_details())
        for (float& x : interpreter.tensor<float>(input.index)) x = 1;
    interpreter.invoke();
    float sum = 0;
    for (const auto& output : interpreter.output_details())
        for (const float y : interpreter.tensor<float>(output.index)) sum += y;
    return sum;
}
