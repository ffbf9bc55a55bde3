// lamina/lite.hpp: files of TensorFlow Lite (.tflite): read and run. Needs flatbuffers' headers (lamina::lite).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/interpreter.hpp>
