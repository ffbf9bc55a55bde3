"""Prints the records that TensorFlow writes for a few values, for tests/formats/event_file_test.cpp: wall time, bytes, their masked CRC-32C.

Usage: python tools/tensorboard/written.py, with tensorflow 2.21 installed.
"""
import pathlib
import struct
import tempfile

import tensorflow as tf

numbers = [0.0, 0.5, 1.0, 1.5, 2.0, 14.25, 29.0, 29.75, 30.0, 30.0]
with tempfile.TemporaryDirectory() as folder:
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        tf.summary.scalar("epoch_loss", 0.5, step=0)
        tf.summary.scalar("batch_accuracy", 0.1, step=300)
        tf.summary.histogram("0/kernel/histogram", numbers, step=2)
        tf.summary.histogram("0/bias/histogram", [0.25] * 7, step=3)
        tf.summary.histogram("1/bias/histogram", [], step=4)
    writer.close()
    data = next(pathlib.Path(folder).iterdir()).read_bytes()
while data:
    (length,) = struct.unpack("<Q", data[:8])
    record, (checksum,) = data[12 : 12 + length], struct.unpack("<I", data[12 + length : 16 + length])
    print(f"{struct.unpack('<d', record[1:9])[0]!r} {length} {checksum:#010x}")
    data = data[16 + length :]
