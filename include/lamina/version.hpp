// lamina/version.hpp: the version of the library; CMake and Conan read it from here.
#pragma once

#include <lamina/core/language.hpp>

#define LAMINA_VERSION_MAJOR 0
#define LAMINA_VERSION_MINOR 1
#define LAMINA_VERSION_PATCH 0
