// Any bytes as a file of Keras: a clean error, or layers whose arrays are those of their shapes; weights go into a model all or not at all.
#include "fuzz.hpp"

#include <lamina/interop/keras/weights.hpp>
#include <lamina/lamina.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Model = Sequential<Input<2>, Dense<2, Relu>, BatchNormalization<>, Sequential<Input<2>, Dense<1>>>;

std::size_t look_at(const std::vector<keras::FileLayer>& layers)
{
    std::size_t numbers = 0;
    for (const auto& layer : layers) {
        for (const auto& variable : layer.variables)
            if (variable.foreign.empty()) numbers += variable.as<double>().size();
        numbers += look_at(layer.inside);
    }
    return numbers;
}

/// The bytes of all variables.
std::string numbers_of(const Model& model)
{
    std::string bytes;
    for (const auto& numbers : records_of(model))
        bytes.append(reinterpret_cast<const char*>(numbers->data<std::byte>()),
                     numbers->stored_size() * bytes_of(numbers->type()));
    return bytes;
}

} // namespace

void fuzz(std::string_view bytes)
{
    const auto file = keras::parse(std::string(bytes), "file");
    require(look_at(file.layers) <= 1100 * bytes.size());

    auto model = build<Model>(Seed{1});
    const auto before = numbers_of(model);
    try {
        require(keras::detail::load_weights(file, network_of(model), {}).complete());
    }
    catch (const lamina::error&) {
        require(numbers_of(model) == before);
        throw;
    }
}
