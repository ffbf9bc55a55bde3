// lamina/numpy.hpp: NumPy's files: arrays (.npy), archives of them (.npz), and models kept in one. Needs libzip (lamina::numpy).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/npy_writer.hpp>
#include <lamina/formats/npz.hpp>
#include <lamina/interop/numpy.hpp>
