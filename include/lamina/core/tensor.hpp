// lamina/core/tensor.hpp: the one file that knows which xtensor is installed, 0.24 or newer; 0.26 moved headers into folders.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#elif __has_include(<xtensor/xtensor.hpp>)
#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#else
#include <lamina needs xtensor (Debian and Ubuntu: libxtensor-dev, Conan: xtensor)>
#endif

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A tensor whose numbers lie as kernels write them, whatever a program makes of XTENSOR_DEFAULT_LAYOUT.
template <class T, std::size_t Rank> using row_major = xt::xtensor<T, Rank, xt::layout_type::row_major>;

}}} // namespace lamina::internals
