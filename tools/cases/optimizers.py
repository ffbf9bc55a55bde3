"""Cases of optimizers, schedules, constraints, regularizers, made with Keras: KERAS_BACKEND=tensorflow python tools/cases/optimizers.py"""
import numpy as np
import tensorflow as tf
from keras import Variable, constraints, optimizers, regularizers
from keras.optimizers import schedules

from case import drawn, write

STEPS = 12


def optimizer(name, rule, *shapes):
    """Parameters after every step, under gradients that are drawn."""
    rng = np.random.default_rng(len(name))
    values = [rng.uniform(-1, 1, shape).astype(np.float32) for shape in shapes]
    gradients = [rng.uniform(-1, 1, (STEPS, *shape)).astype(np.float32) for shape in shapes]
    variables = [Variable(value, name=f"parameter_{i}") for i, value in enumerate(values)]
    arrays = {f"trajectory{end(i)}": [] for i in range(len(shapes))}
    for step in range(STEPS):
        rule.apply([tf.constant(g[step]) for g in gradients], variables)
        for i, variable in enumerate(variables):
            arrays[f"trajectory{end(i)}"].append(variable.numpy().copy())
    for i in range(len(shapes)):
        arrays |= {f"initial{end(i)}": values[i], f"gradients{end(i)}": gradients[i]}
    config = rule.get_config()
    write("optimizers", name, {"class": type(rule).__name__, "config": plain(config)}, arrays)


def end(i):
    return f"_{i}" if i else ""


def plain(config):
    return {key: float(value) if isinstance(value, np.floating) else value for key, value in config.items()}


def schedule(name, rate):
    values = np.array([float(rate(step)) for step in range(40)], np.float32)
    write("schedules", name, {"class": type(rate).__name__, "config": rate.get_config()}, {"values": values})


def constraint(name, rule, *shape):
    before = drawn(*shape)
    after = np.array(rule(tf.constant(before)))
    write("constraints", name, {"class": type(rule).__name__, "config": rule.get_config()}, {"before": before, "after": after})


def regularizer(name, rule, *shape):
    x = tf.constant(drawn(*shape))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = rule(x)
    arrays = {"x": x.numpy(), "value": np.array([value], np.float32), "gradient": tape.gradient(value, x).numpy()}
    write("regularizers", name, {"class": type(rule).__name__, "config": plain(rule.get_config())}, arrays)


o = optimizers
optimizer("adamw_accumulate_ema", o.AdamW(0.02, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8,
                                          ema_overwrite_frequency=2), (5, 3), (7,))
optimizer("nadam_accumulate", o.Nadam(0.02, gradient_accumulation_steps=3, clipnorm=0.5), (5, 3), (7,))
optimizer("adagrad_start", o.Adagrad(0.1, initial_accumulator_value=0.5, weight_decay=0.1, global_clipnorm=1.0), (5, 3), (7,))
optimizer("adadelta_decay", o.Adadelta(0.5, rho=0.9, weight_decay=0.1), (5, 3), (7,))
optimizer("adamax_accumulate", o.Adamax(0.02, beta_1=0.8, beta_2=0.95, gradient_accumulation_steps=2), (5, 3), (7,))
optimizer("ftrl_power", o.Ftrl(0.1, learning_rate_power=-0.7, initial_accumulator_value=0.2, beta=0.1,
                               l2_shrinkage_regularization_strength=0.02), (5, 3), (7,))
optimizer("lamb_several", o.Lamb(0.02, beta_1=0.8, weight_decay=0.05), (5, 3), (7,))
optimizer("lion_ema", o.Lion(0.01, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=3), (5, 3), (7,))
optimizer("adafactor_several", o.Adafactor(0.3, clip_threshold=0.8, beta_2_decay=-0.6), (2, 5, 3), (7,), (4, 1))
optimizer("muon_several", o.Muon(0.02, adam_lr_ratio=0.5, weight_decay=0.05, adam_weight_decay=0.01), (3, 7), (7, 3), (5,), (2, 3, 2))
optimizer("muon_plain", o.Muon(0.02, nesterov=False, rms_rate=None, ns_steps=3, momentum=0.9, weight_decay=None,
                               adam_weight_decay=None), (4, 4), (5, 1))
schedule("cosine_decay_restarts_equal", schedules.CosineDecayRestarts(0.1, 7, t_mul=1.0, m_mul=0.9))
schedule("cosine_decay_restarts_usual", schedules.CosineDecayRestarts(0.1, 5))
schedule("polynomial_decay_cycle_power", schedules.PolynomialDecay(0.1, 6, power=2.0, cycle=True))
constraint("unit_norm_last", constraints.UnitNorm(axis=1), 5, 3)
constraint("unit_norm_axes", constraints.UnitNorm(axis=[0, 1, 2]), 3, 2, 2, 3)
constraint("min_max_norm_axis", constraints.MinMaxNorm(0.8, 1.1, rate=1.0, axis=1), 5, 3)
constraint("max_norm_axis", constraints.MaxNorm(0.7, axis=1), 5, 3)
regularizer("orthogonal_columns", regularizers.OrthogonalRegularizer(0.05, mode="columns"), 5, 3)
