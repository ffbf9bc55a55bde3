// Any bytes as a checkpoint: a clean error that changes nothing, or values that are all there.
#include "fuzz.hpp"

#include <lamina/graph/checkpoint.hpp>
#include <lamina/layers/core/dense.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Kept {
    Dense<2>::on<3> layer;
    double rate = 0.5;
    std::int8_t count = 3;
    bool flag = false;
    std::string name = "n";
    std::optional<float> maybe;
    std::vector<std::string> words{"a"};
    std::vector<int> list{1, 2};
    Random random{Seed{1}};
};

} // namespace

void fuzz(std::string_view bytes)
{
    Kept kept;
    for (const auto& [path, variable] : variables_of(kept)) variable->make(path);
    const auto next = Random(kept.random).bits();
    try {
        Checkpoint{{"kept", kept}}.restore(safetensors::parse(std::string(bytes), "file"));
    }
    catch (const error&) {
        require(kept.rate == 0.5 && kept.count == 3 && !kept.flag && kept.name == "n" && !kept.maybe && kept.words.size() == 1);
        require(kept.list.size() == 2 && kept.random.bits() == next && kept.layer.kernel.data()[0] == 0);
        throw;
    }
    kept.random.bits();
}
