// lamina/lamina.hpp: everything that needs only xtensor and xsimd.
#pragma once

#include <lamina/version.hpp>

#include <lamina/layers/activation.hpp>
#include <lamina/layers/average_pooling2d.hpp>
#include <lamina/layers/conv2d.hpp>
#include <lamina/layers/dense.hpp>
#include <lamina/layers/dropout.hpp>
#include <lamina/layers/flatten.hpp>
#include <lamina/layers/max_pooling2d.hpp>
#include <lamina/layers/reshape.hpp>

#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/concatenate.hpp>
#include <lamina/models/parallel.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/residual.hpp>
#include <lamina/models/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/models/summary.hpp>

#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>

#include <lamina/training/trainer.hpp>

#include <lamina/training/callbacks/csv_logger.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/progress_bar.hpp>
#include <lamina/training/callbacks/terminate_on_nan.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp>
#include <lamina/training/metrics/top_k_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/schedules/cosine_decay.hpp>
#include <lamina/training/schedules/exponential_decay.hpp>
