"""Losses and metrics with options that no other case has: reductions with weights, smoothing, axes, averages, thresholds.

    KERAS_BACKEND=tensorflow python tools/cases/measures.py
"""
import json

import keras
import numpy as np
import tensorflow as tf

from case import write

random = np.random.default_rng(11)


def numbers(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype("float32")


def probabilities(*shape):
    p = random.uniform(0.05, 1, shape).astype("float32")
    return (p / p.sum(-1, keepdims=True)).astype("float32")


def bits(*shape):
    return random.integers(0, 2, shape).astype("float32")


def labels(*shape, classes=4):
    return random.integers(0, classes, shape).astype("int32")


def one_hot(*shape, classes=4):
    return np.eye(classes, dtype="float32")[labels(*shape, classes=classes)]


def case_of(of, said, **more):
    """What a config leaves out, `said` says."""
    config = json.loads(json.dumps(of.get_config(), default=lambda value: np.asarray(value).tolist()))
    return {"class": type(of).__name__, "config": {**config, **(said or {})}, **more}


def loss(name, of, y_true, y_pred, sample_weight=None, said=None):
    """The value and the gradient; of a loss without a reduction TensorFlow differentiates the sum."""
    prediction = tf.Variable(y_pred)
    with tf.GradientTape() as tape:
        value = of(y_true, prediction, sample_weight=sample_weight)
    arrays = {"y_true": y_true, "y_pred": y_pred, "value": np.reshape(value.numpy(), -1).astype("float32"),
              "gradient": tf.convert_to_tensor(tape.gradient(value, prediction)).numpy()}
    if sample_weight is not None:
        arrays["sample_weight"] = sample_weight
    write("losses", name, case_of(of, said), arrays)


def metric(name, make, draw, sizes=(5, 4, 7), said=None):
    plain, weighted = make(), make()
    arrays, results, weighted_results = {}, [], []
    for i, n in enumerate(sizes):
        y_true, y_pred = draw(n)
        weights = numbers(n, low=0.3, high=2)
        plain.update_state(y_true, y_pred)
        weighted.update_state(y_true, y_pred, sample_weight=weights)
        results.append(np.asarray(plain.result()))
        weighted_results.append(np.asarray(weighted.result()))
        arrays.update({f"y_true_{i}": y_true, f"y_pred_{i}": y_pred, f"sample_weight_{i}": weights})
    arrays["results"], arrays["weighted_results"] = np.asarray(results), np.asarray(weighted_results)
    write("metrics", name, case_of(plain, said, batches=len(sizes)), arrays)


losses = keras.losses
weights = numbers(6, low=0.2, high=2)
for reduction in ("sum", "none", "mean_with_sample_weight"):
    loss(f"mean_squared_error_{reduction}_weighted", losses.MeanSquaredError(reduction=reduction), numbers(6, 4), numbers(6,
         4), weights)
loss("huber_sum", losses.Huber(delta=1.0, reduction="sum"), numbers(6, 4, low=-3), numbers(6, 4))
loss("sparse_categorical_crossentropy_ignored_steps", losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1,
     reduction="sum"),
     labels(3, 5) - 1, numbers(3, 5, 4))
loss("sparse_categorical_crossentropy_ignored_weighted",
     losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2, reduction="mean_with_sample_weight"), labels(6),
          numbers(6, 4), weights)
loss("binary_focal_crossentropy_smoothed", losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.4, gamma=1.5,
     label_smoothing=0.1),
     bits(6, 4), numbers(6, 4, low=0.05, high=0.95))
loss("binary_focal_crossentropy_logits", losses.BinaryFocalCrossentropy(gamma=3.0, from_logits=True, label_smoothing=0.2),
     bits(6, 5), numbers(6, 5, low=-2, high=2))
loss("categorical_focal_crossentropy_logits", losses.CategoricalFocalCrossentropy(alpha=0.6, gamma=1.0, from_logits=True,
     label_smoothing=0.1),
     one_hot(6), numbers(6, 4, low=-2, high=2))
loss("categorical_focal_crossentropy_steps", losses.CategoricalFocalCrossentropy(label_smoothing=0.3, reduction="sum"),
     one_hot(3, 5), probabilities(3, 5, 4))
loss("categorical_generalized_cross_entropy_sum", losses.CategoricalGeneralizedCrossEntropy(q=0.9, reduction="sum"), labels(6),
     probabilities(6, 4))
loss("hinge_bits", losses.Hinge(), bits(6, 4), numbers(6, 4, low=-2, high=2))
loss("squared_hinge_bits_weighted", losses.SquaredHinge(reduction="sum"), bits(6, 4), numbers(6, 4, low=-2, high=2), weights)
loss("categorical_hinge_steps", losses.CategoricalHinge(), one_hot(3, 5), numbers(3, 5, 4))
loss("poisson_none", losses.Poisson(reduction="none"), labels(6, 4).astype("float32"), numbers(6, 4, low=0.1, high=4))
loss("kl_divergence_weighted", losses.KLDivergence(), probabilities(6, 4), probabilities(6, 4), weights)
loss("cosine_similarity_axis1", losses.CosineSimilarity(axis=1), numbers(3, 5, 4), numbers(3, 5, 4), said={"axis": 1})
loss("cosine_similarity_axis1_sum", losses.CosineSimilarity(axis=1, reduction="sum"), numbers(3, 5, 4), numbers(3, 5, 4),
     said={"axis": 1})
loss("dice_samples", losses.Dice(axis=(1, 2, 3)), bits(3, 4, 5, 2), numbers(3, 4, 5, 2, low=0, high=1))
loss("dice_channels_sum", losses.Dice(axis=(1, 2), reduction="sum"), bits(3, 4, 5, 2), numbers(3, 4, 5, 2, low=0, high=1))
loss("dice_rows", losses.Dice(axis=-1), bits(3, 5, 4), numbers(3, 5, 4, low=0, high=1))
loss("dice_batch_weighted", losses.Dice(), bits(6, 4), numbers(6, 4, low=0, high=1), weights)
loss("tversky_samples", losses.Tversky(alpha=0.8, beta=0.1, axis=(1, 2)), bits(3, 4, 5), numbers(3, 4, 5, low=0, high=1))
loss("ctc_sum_weighted", losses.CTC(reduction="sum"), np.array([[1, 1, 2, 0], [3, 1, 0, 0], [0, 0, 0, 0]], "int32"), numbers(3,
     9, 4, low=-2, high=2),
     numbers(3, low=0.2, high=2))

metrics = keras.metrics


def scores(n, classes=4):
    return bits(n, classes), numbers(n, classes, low=0, high=1)


metric("precision_top_k", lambda: metrics.Precision(thresholds=[0.2, 0.6], top_k=2), scores)
metric("recall_top_k", lambda: metrics.Recall(top_k=1), scores)
metric("recall_thresholds", lambda: metrics.Recall(thresholds=[0.9, 0.1, 0.5], class_id=1), scores)
metric("true_positives_thresholds", lambda: metrics.TruePositives(thresholds=[0.2, 0.8]), scores)
metric("true_negatives_thresholds", lambda: metrics.TrueNegatives(thresholds=[0.2, 0.8, 0.3]), scores)
for curve in ("ROC", "PR"):
    for summation in ("minoring", "majoring"):
        metric(f"auc_{curve.lower()}_{summation}", lambda: metrics.AUC(num_thresholds=30, curve=curve,
             summation_method=summation), scores)
metric("auc_thresholds", lambda: metrics.AUC(thresholds=[0.1, 0.25, 0.7]), scores)
metric("auc_multi_label_pr_weighted", lambda: metrics.AUC(num_thresholds=40, curve="PR", multi_label=True, label_weights=[1.0,
     2.0, 0.5, 1.0]), scores)
metric("auc_label_weights", lambda: metrics.AUC(num_thresholds=40, label_weights=[1.0, 2.0, 0.5, 1.0]), scores)
metric("precision_at_recall_class", lambda: metrics.PrecisionAtRecall(0.3, num_thresholds=50, class_id=2), scores)
metric("specificity_at_sensitivity_one", lambda: metrics.SpecificityAtSensitivity(0.4, num_thresholds=1), scores)
for average in (None, "micro", "macro", "weighted"):
    metric(f"fbeta_score_{average or 'none'}", lambda: metrics.FBetaScore(average=average, beta=0.5, threshold=0.6),
         lambda n: (one_hot(n), probabilities(n, 4)))
metric("f1_score_weighted", lambda: metrics.F1Score(average="weighted"), lambda n: (one_hot(n), probabilities(n, 4)))
metric("iou_ignored", lambda: metrics.IoU(4, [0, 2], ignore_class=1, sparse_y_pred=False), lambda n: (labels(n),
     probabilities(n, 4)))
metric("mean_iou_of_scores", lambda: metrics.MeanIoU(4, sparse_y_pred=False), lambda n: (labels(n), probabilities(n, 4)))
metric("one_hot_iou", lambda: metrics.OneHotIoU(4, [1, 3], ignore_class=0), lambda n: (one_hot(n), probabilities(n, 4)))
metric("binary_iou_of_yes", lambda: metrics.BinaryIoU([1], threshold=0.3), lambda n: scores(n, 1))
metric("r2_score_adjusted", lambda: metrics.R2Score(num_regressors=2), lambda n: (numbers(n, 3), numbers(n, 3)))
metric("cosine_similarity_axis1", lambda: metrics.CosineSimilarity(axis=1), lambda n: (numbers(n, 3, 2), numbers(n, 3, 2)),
     said={"axis": 1})
metric("pearson_axis1", lambda: metrics.PearsonCorrelation(axis=1), lambda n: (numbers(n, 4, 2), numbers(n, 4, 2)))
metric("concordance_axis1", lambda: metrics.ConcordanceCorrelation(axis=1), lambda n: (numbers(n, 4, 2), numbers(n, 4, 2)))
metric("categorical_hinge", lambda: metrics.CategoricalHinge(), lambda n: (one_hot(n), numbers(n, 4)))
metric("squared_hinge", lambda: metrics.SquaredHinge(), lambda n: (bits(n, 4), numbers(n, 4)))
