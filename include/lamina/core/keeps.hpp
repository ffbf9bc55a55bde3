// lamina/core/keeps.hpp: what a tape keeps of an op's numbers for its gradient.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {

/// What the gradient of an op reads, so what a tape keeps until then.
enum class keeps : std::uint8_t { none = 0, inputs = 1, output = 2, both = 3 };

}}} // namespace lamina::protocols
