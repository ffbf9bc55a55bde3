// lamina/autodiff.hpp: tensors, the functions on them, and their derivatives to any order.
//
// #include <lamina/lamina.hpp> needs none of it.
#pragma once

#include <lamina/autodiff/apply_gradients.hpp>
#include <lamina/autodiff/check_gradients.hpp>
#include <lamina/autodiff/custom_gradient.hpp>
#include <lamina/autodiff/functions.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/autodiff/jacobian.hpp>
#include <lamina/autodiff/layers.hpp>
#include <lamina/autodiff/losses.hpp>
#include <lamina/autodiff/training_mode.hpp>
#include <lamina/autodiff/variables.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/convolution.hpp>
#include <lamina/ops/cross_entropies.hpp>
#include <lamina/ops/cumulative.hpp>
#include <lamina/ops/extremes.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/matmul.hpp>
#include <lamina/ops/pooling.hpp>
#include <lamina/ops/powers_of_tensors.hpp>
#include <lamina/ops/printing.hpp>
#include <lamina/ops/random_tensors.hpp>
#include <lamina/ops/resizing.hpp>
#include <lamina/ops/rounding.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/statistics_of_tensors.hpp>
#include <lamina/ops/sums_of_tensors.hpp>
#include <lamina/ops/tiling.hpp>
#include <lamina/ops/transpose.hpp>
#include <lamina/ops/values_on_tensors.hpp>
#include <lamina/ops/xtensor.hpp>
