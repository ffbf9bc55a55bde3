"""The traced graphs of bench/graph/traced_bench.cpp as functions of tf.function."""
import numpy as np


def call(tf, what, batch=1):
    """A call of a traced function: the loss of dense 784-128-10 or a training step of it with Adam, or sixty ops on a scalar."""
    import keras

    if what == "sixty_scalars":
        c = tf.constant(1.001)

        @tf.function(jit_compile=False)
        def sixty(x):
            for _ in range(20):
                x = tf.tanh(x * c) + c
            return x

        x = tf.constant(0.5)
        return lambda: sixty(x)
    rng = np.random.default_rng(1)
    x, y = tf.constant(rng.random((batch, 784), dtype=np.float32)), tf.constant(np.arange(batch) % 10)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(128, "tanh"), keras.layers.Dense(10)])
    optimizer = keras.optimizers.Adam(1e-4)
    optimizer.build(model.trainable_variables)

    def loss_of(x, y):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))

    @tf.function(jit_compile=False)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(x, y)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    loss = tf.function(loss_of, jit_compile=False)
    return lambda: (step if what == "step" else loss)(x, y).numpy()
