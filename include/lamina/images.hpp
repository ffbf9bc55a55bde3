// lamina/images.hpp: pictures in pipelines: PNG and JPEG, read, resized, augmented. Needs libpng and libjpeg-turbo (lamina::images).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/images/decode.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/data/images/image_file.hpp>
#include <lamina/data/images/resize.hpp>
