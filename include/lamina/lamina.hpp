// lamina/lamina.hpp: everything that needs only xtensor and xsimd.
#pragma once

#include <lamina/version.hpp>

#include <lamina/layers/attention/multi_head_attention.hpp>
#include <lamina/layers/convolution/conv1d.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/convolution/depthwise_conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/core/relu.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/pooling/global_average_pooling2d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/center_crop.hpp>
#include <lamina/layers/reshaping/cropping1d.hpp>
#include <lamina/layers/reshaping/cropping2d.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/permute.hpp>
#include <lamina/layers/reshaping/repeat_vector.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/layers/reshaping/resizing.hpp>
#include <lamina/layers/reshaping/up_sampling1d.hpp>
#include <lamina/layers/reshaping/up_sampling2d.hpp>
#include <lamina/layers/reshaping/zero_padding1d.hpp>
#include <lamina/layers/reshaping/zero_padding2d.hpp>

#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/composites/branch.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/models/summary.hpp>

#include <lamina/ops/functions.hpp>

#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>

#include <lamina/training/compile.hpp>

#include <lamina/training/callbacks/csv_logger.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/learning_rate_scheduler.hpp>
#include <lamina/training/callbacks/progress_bar.hpp>
#include <lamina/training/callbacks/reduce_lr_on_plateau.hpp>
#include <lamina/training/callbacks/terminate_on_nan.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/binary_focal_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/categorical_focal_crossentropy.hpp>
#include <lamina/training/losses/categorical_generalized_cross_entropy.hpp>
#include <lamina/training/losses/categorical_hinge.hpp>
#include <lamina/training/losses/cosine_similarity.hpp>
#include <lamina/training/losses/hinge.hpp>
#include <lamina/training/losses/huber.hpp>
#include <lamina/training/losses/kl_divergence.hpp>
#include <lamina/training/losses/log_cosh.hpp>
#include <lamina/training/losses/mean_absolute_error.hpp>
#include <lamina/training/losses/mean_absolute_percentage_error.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/mean_squared_logarithmic_error.hpp>
#include <lamina/training/losses/poisson.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/losses/squared_hinge.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>
#include <lamina/training/metrics/root_mean_squared_error.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp>
#include <lamina/training/metrics/top_k_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/rmsprop.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/schedules/cosine_decay.hpp>
#include <lamina/training/schedules/exponential_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>
