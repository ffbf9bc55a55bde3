// lamina/keras.hpp: models go to Keras and come from it: files .h5, .weights.h5 and .keras.
//
// Needs libzip, zlib and nlohmann-json: link lamina::keras.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/interop/keras/file.hpp>
#include <lamina/interop/keras/save.hpp>
#include <lamina/interop/keras/weights.hpp>
