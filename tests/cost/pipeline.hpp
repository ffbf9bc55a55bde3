// The headers and the source that pipeline.cpp and pipeline_base.cpp share.
#pragma once

#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/enumerate.hpp>
#include <lamina/data/transforms/filter.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>

using namespace lamina;

inline auto images()
{
    return slices(xt::xtensor<float, 3>(std::array<std::size_t, 3>{60, 28, 28}, 1.f),
                  xt::xtensor<std::int32_t, 1>(std::array<std::size_t, 1>{60}, 1));
}
