// Any bytes as a TensorFlow Lite file: a clean error, or a network that is the same when it is written and read again, and that is prepared
// and run once, if its tensors are not large.
#include "fuzz.hpp"

#include <lamina/lite/interpreter.hpp>
#include <lamina/lite/write.hpp>

#include <cstring>
#include <memory>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr std::size_t most = std::size_t{64}
                             << 20; ///< bytes of all tensors; of those that are run less, as a product of two takes long
constexpr std::size_t most_that_run = std::size_t{1} << 16;

std::vector<std::byte> copy_of(std::string_view bytes)
{
    std::vector<std::byte> copied(bytes.size());
    if (!bytes.empty()) std::memcpy(copied.data(), bytes.data(), bytes.size());
    return copied;
}

/// Numbers that are not all alike, and lead outside where they are indices.
template <class T> void fill(std::span<T> numbers)
{
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<T>(static_cast<int>(i * 7 % 23) - 4);
}

void run(lite::Interpreter& interpreter)
{
    for (const lite::TensorDetails& input : interpreter.input_details()) {
        if (input.dtype == dtype::float32) fill(interpreter.tensor<float>(input.index));
        if (input.dtype == dtype::int8) fill(interpreter.tensor<std::int8_t>(input.index));
        if (input.dtype == dtype::int32) fill(interpreter.tensor<std::int32_t>(input.index));
    }
    interpreter.invoke();
}

} // namespace

void fuzz(std::string_view bytes)
{
    const auto network = tflite::read_network(std::make_shared<const std::vector<std::byte>>(copy_of(bytes)), "file", most);
    const std::vector<std::byte> written = tflite::write_network(network);
    require(tflite::write_network(tflite::read_network(std::make_shared<const std::vector<std::byte>>(written), "file", most)) ==
            written);

    for (const bool keep : {false, true}) {
        lite::InterpreterOptions options;
        options.max_bytes = most;
        options.max_rounds = 20;
        options.keep_tensors = keep;
        lite::Interpreter interpreter(copy_of(bytes), options);
        interpreter.allocate_tensors();
        if (interpreter.arena_bytes() <= most_that_run) run(interpreter);
    }
}
