// A TensorFlow Lite file, read and run on one image.
#include <lamina/lite/interpreter.hpp>

#include <cstdio>

int main(int, char** arguments)
{
    lamina::lite::Interpreter interpreter{arguments[1]};
    interpreter.allocate_tensors();
    const std::size_t input = interpreter.input_details()[0].index, output = interpreter.output_details()[0].index;
    const auto image = interpreter.tensor<float>(input);
    for (float& pixel : image) pixel = 0;
    interpreter.invoke();
    std::printf("%f\n", static_cast<double>(interpreter.get_tensor(output)(0, 0)));
}
