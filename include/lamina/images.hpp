// lamina/images.hpp: pictures in pipelines: PNG and JPEG, read, resized, augmented. Needs libpng and libjpeg-turbo (lamina::images).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/images/adjust.hpp>
#include <lamina/data/images/affine.hpp>
#include <lamina/data/images/arrange.hpp>
#include <lamina/data/images/contact_sheet.hpp>
#include <lamina/data/images/decode.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/data/images/image_file.hpp>
#include <lamina/data/images/random_steps.hpp>
#include <lamina/data/images/resize.hpp>
#include <lamina/data/transforms/augment.hpp>
