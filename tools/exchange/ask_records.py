#!/usr/bin/env python3
"""Asks TensorFlow about the files that tests/interop/exchange/records.cpp wrote: python tools/exchange/ask_records.py FOLDER.

Every record is read by tf.data and parsed as a tf.Example. Then TensorFlow writes the same things to FOLDER/read.
"""
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402

COUNT = 300
FILES = {"plain": "", "packed.gz": "GZIP", "packed.zlib": "ZLIB"}
FEATURES = {
    "name": tf.io.FixedLenFeature([], tf.string),
    "number": tf.io.FixedLenFeature([], tf.int64),
    "reals": tf.io.FixedLenFeature([3], tf.float32),
    "list": tf.io.VarLenFeature(tf.int64),
    "truth": tf.io.FixedLenFeature([], tf.int64),
    "bytes": tf.io.FixedLenFeature([], tf.string),
    "words": tf.io.VarLenFeature(tf.string),
}


def thing(i):
    return {
        "name": [f"thing {i}".encode()],
        "number": [i * i - 1000],
        "reals": [i / 4, -i / 4, 0.5],
        "list": [k - i for k in range(i % 5)],
        "truth": [int(i % 3 == 0)],
        "bytes": [bytes([1, 0, 255, i % 256])],
        "words": [b"x" * k for k in range(i % 5)],
    }


def example(values):
    def feature(name, list_of):
        if FEATURES[name].dtype == tf.string:
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=list_of))
        if FEATURES[name].dtype == tf.float32:
            return tf.train.Feature(float_list=tf.train.FloatList(value=list_of))
        return tf.train.Feature(int64_list=tf.train.Int64List(value=list_of))

    made = tf.train.Example(features=tf.train.Features(feature={name: feature(name, list_of) for name, list_of in values.items()}))
    return made.SerializeToString()


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "read").mkdir(exist_ok=True)
    problems = 0
    for file, compression in FILES.items():
        read = 0
        for record in tf.data.TFRecordDataset(str(folder / file), compression):
            parsed = tf.io.parse_single_example(record, FEATURES)
            found = {name: tf.sparse.to_dense(value) if isinstance(value, tf.SparseTensor) else value for name, value in parsed.items()}
            found = {name: tf.reshape(value, [-1]).numpy().tolist() for name, value in found.items()}
            if found != thing(read):
                print(f"{file}: TensorFlow reads record {read} as {found}")
                problems += 1
            read += 1
        problems += read != COUNT
        with tf.io.TFRecordWriter(str(folder / "read" / file), compression) as writer:
            for i in range(COUNT):
                writer.write(example(thing(i)))
    print(f"TensorFlow {tf.__version__} reads {COUNT} records in three compressions: {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
