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
#include <lamina/autodiff/metrics.hpp>
#include <lamina/autodiff/training_mode.hpp>
#include <lamina/autodiff/variables.hpp>
#include <lamina/ops/tensors.hpp>
