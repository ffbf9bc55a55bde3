// lamina/core/tensor.hpp: the one file that knows which xtensor is installed, 0.24 or 0.26 and newer.
#pragma once

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#elif __has_include(<xtensor/xtensor.hpp>)
#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#else
#error "lamina needs xtensor (Debian and Ubuntu: libxtensor-dev, Conan: xtensor)"
#endif
