// What tests include besides what they test; see CMakeLists.txt.
#pragma once

#include "catch.hpp"

#ifdef __clang__ // g++ forgets which warnings are turned off in what is precompiled
#include <lamina/core/simd.hpp>
#endif
#include <lamina/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>
