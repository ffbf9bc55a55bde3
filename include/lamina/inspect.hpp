// lamina/inspect.hpp: a look inside of any model: its layers, their options, its numbers, drawings, and where two models differ.
#pragma once

#include <lamina/interop/diff.hpp>
#include <lamina/interop/help.hpp>
#include <lamina/interop/plot_model.hpp>
#include <lamina/interop/statistics.hpp>
#include <lamina/interop/variable_names.hpp>
#include <lamina/interop/weights.hpp>
#include <lamina/models/network.hpp>
