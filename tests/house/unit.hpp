// What the objects of house.units hand to each other: types that are one for all instruction sets.
#pragma once

#include <array>
#include <memory>
#include <string>

namespace lamina {
class Graph;
namespace stored_types {
class record;
}
} // namespace lamina

#define UNIT_FUNCTIONS(unit)                                                                                                     \
    std::array<float, 10> train_##unit(const std::string& folder);                                                               \
    void store_##unit(lamina::Graph& graph);                                                                                     \
    float differentiate_##unit();                                                                                                \
    float first_number_##unit(const std::shared_ptr<lamina::stored_types::record>& record);                                      \
    void refuse_##unit();

UNIT_FUNCTIONS(sse2)
UNIT_FUNCTIONS(avx2)
UNIT_FUNCTIONS(avx512)
UNIT_FUNCTIONS(plain)
