"""The pipelines of bench/data/pipelines_bench.cpp in tf.data."""
import numpy as np


def passes(tf, folder, what):
    """A pass over the pipeline of bench/data/pipelines_bench.cpp, read from Python, and the same counted inside of a graph."""
    n, data = 20000, tf.data.Dataset
    if what == "range":
        dataset = data.range(n).batch(32)
    elif what in ("slices", "slices_shuffle", "scaled"):
        x = (np.arange(n * 784) % 251).astype(np.float32).reshape(n, 28, 28, 1)
        dataset = data.from_tensor_slices((x, np.arange(n) % 10))
        if what == "slices_shuffle":
            dataset = dataset.shuffle(n, seed=1)
        if what == "scaled":
            dataset = dataset.map(lambda image, label: (image / 255, label))
        dataset = dataset.batch(32)
    else:
        features = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64),
                    "mean": tf.io.FixedLenFeature([], tf.float32), "row_sums": tf.io.FixedLenFeature([28], tf.float32)}
        dataset = tf.data.TFRecordDataset(str(folder / "digits.tfrecord"))
        if what == "png":
            def decode(record):
                found = tf.io.parse_single_example(record, features)
                return tf.io.decode_png(found["image"], 1), found["label"]
            dataset = dataset.map(decode)
        dataset = dataset.batch(32)
        if what == "examples":  # many at a time, the faster way
            dataset = dataset.map(lambda records: tf.io.parse_example(records, features))
    options = tf.data.Options()
    options.threading.private_threadpool_size = options.threading.max_intra_op_parallelism = 1
    dataset = dataset.with_options(options)
    counted = tf.function(lambda: dataset.reduce(np.int64(0), lambda sum, *_: sum + 1))
    assert int(counted()) == n // 32

    def read():
        for _ in dataset:
            pass

    return read, counted
