// lamina/lite.hpp: files of TensorFlow Lite (.tflite): written, quantized, read and run. Needs flatbuffers' headers (lamina::lite).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/as_predictor.hpp>
#include <lamina/lite/convert.hpp>
#include <lamina/lite/draw_report.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/lite/passes/calibrate.hpp>
#include <lamina/lite/report.hpp>
#include <lamina/lite/write_file.hpp>
