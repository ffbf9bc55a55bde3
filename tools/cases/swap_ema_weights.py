"""The numbers of tests/training/callbacks/swap_ema_weights_test.cpp: KERAS_BACKEND=jax python tools/cases/swap_ema_weights.py"""
import keras
import numpy as np


class Seen(keras.callbacks.Callback):
    """The kernel as a callback behind SwapEMAWeights sees it."""

    def on_epoch_begin(self, epoch, logs=None):
        self.show("begin", {})

    def on_epoch_end(self, epoch, logs=None):
        self.show("end", logs)

    def show(self, moment, logs):
        kernel = [float(k) for k in np.array(self.model.layers[0].kernel).ravel()]
        print(moment, *(f"{key} {value:.9g}" for key, value in logs.items()), *(f"{k:.9g}" for k in kernel))


for swap_on_epoch in False, True:
    print("swap_on_epoch", swap_on_epoch)
    x = np.array([[1, 2], [-1, 0.5], [0.5, -1], [2, 1], [0, 1], [-2, 1]], np.float32)
    y = np.array([[1], [-1], [2], [0.5], [0], [3]], np.float32)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.layers[0].set_weights([np.array([[0.5], [-0.25]], np.float32), np.array([0.125], np.float32)])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_momentum=0.8), "mse")
    model.fit(x[:4], y[:4], batch_size=2, epochs=3, shuffle=False, validation_data=(x[4:], y[4:]), verbose=0,
              callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch), Seen()])
    print("after", *(f"{w:.9g}" for each in model.get_weights() for w in each.ravel()))
