"""The pictures of tests/data/pictures, what TensorFlow reads in them, and what Keras's image layers make of one (augment.npy):
KERAS_BACKEND=tensorflow python tools/cases/pictures.py (TensorFlow, Keras, Pillow)"""
import io
import pathlib
import struct
import zlib

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "pictures"
rng = np.random.default_rng(1)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(rows, depth):
    """Rows of samples as PNG has them: a byte for the filter, then bits."""
    out = b""
    for row in rows:
        bits = "".join(format(int(sample), f"0{depth}b") for sample in row.reshape(-1))
        bits += "0" * (-len(bits) % 8)
        out += b"\0" + bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return out


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(depth, color, rows, interlaced=False, extra=b""):
    parts = [rows[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [rows]
    data = b"".join(packed(part, depth) for part in parts if part.size)
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], depth, color, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def samples(depth, channels):
    return rng.integers(0, 1 << depth, (5, 9, channels))


def jpeg(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


palette = rng.integers(0, 256, 48).astype("u1").tobytes()
files = {f"gray_{d}_bits.png": png(d, 0, samples(d, 1)) for d in (1, 2, 4, 8, 16)}
files["gray_transparent.png"] = png(8, 0, samples(2, 1), extra=chunk(b"tRNS", struct.pack(">H", 1)))
files["gray_2_bits_transparent.png"] = png(2, 0, samples(2, 1), extra=chunk(b"tRNS", struct.pack(">H", 1)))
for d in (8, 16):
    files[f"rgb_{d}_bits.png"] = png(d, 2, samples(d, 3))
    files[f"gray_alpha_{d}_bits.png"] = png(d, 4, samples(d, 2))
    files[f"rgb_alpha_{d}_bits.png"] = png(d, 6, samples(d, 4))
files["rgb_transparent.png"] = png(8, 2, samples(1, 3) * 255, extra=chunk(b"tRNS", struct.pack(">HHH", 255, 0, 0)))
for d in (1, 2, 4, 8):
    files[f"palette_{d}_bits.png"] = png(d, 3, samples(min(d, 4), 1), extra=chunk(b"PLTE", palette[: 3 << min(d, 4)]))
transparencies = chunk(b"PLTE", palette) + chunk(b"tRNS", bytes(range(0, 160, 20)))
files["palette_transparent.png"] = png(4, 3, samples(4, 1), extra=transparencies)
files["interlaced_rgb.png"] = png(8, 2, samples(8, 3), interlaced=True)
files["interlaced_gray_1_bit.png"] = png(1, 0, samples(1, 1), interlaced=True)
gamma = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Title\0x")
files["gamma_and_text.png"] = png(8, 2, samples(8, 3), extra=gamma)
files["one_pixel.png"] = png(8, 0, samples(8, 1)[:1, :1])

gray = np.add.outer(np.arange(20) * 7, np.arange(27) * 4).astype("u1")
colors = np.stack([gray, 255 - gray, np.roll(gray, 5, 1)], 2)
files["jpeg_gray.jpg"] = jpeg(Image.fromarray(gray), quality=80)
for subsampling, name in enumerate(("444", "422", "420")):
    files[f"jpeg_{name}.jpg"] = jpeg(Image.fromarray(colors), quality=85, subsampling=subsampling)
files["jpeg_progressive.jpg"] = jpeg(Image.fromarray(colors), quality=80, progressive=True)
inks = Image.fromarray(np.concatenate([colors, gray[::-1, :, None]], 2), "CMYK")
files["jpeg_cmyk.jpg"] = jpeg(inks, quality=85)
files["jpeg_rgb.jpg"] = jpeg(Image.fromarray(colors), quality=85, keep_rgb=True)
files["jpeg_restart.jpg"] = jpeg(Image.fromarray(colors), quality=85, restart_marker_rows=1)

for name, data in files.items():
    (FOLDER / name).write_bytes(data)
    read = []
    for channels in (0, 1, 3, 4):  # one result after another, as far as TensorFlow gives one
        try:
            decode = tf.io.decode_png if name.endswith("png") else tf.io.decode_jpeg
            read.append(decode(data, channels=channels).numpy().reshape(-1))
        except tf.errors.InvalidArgumentError:
            pass
    np.save(FOLDER / f"{name}.expected.npy", np.concatenate(read))

# What Keras makes of a picture, in the order of tests/data/augment_test.cpp.
H, W, C = 7, 6, 2
y, x, c = np.meshgrid(np.arange(H), np.arange(W), np.arange(C), indexing="ij")
image = ((31 * y + 17 * x + 57 * c) % 101).astype("float32")
results = []


def rotated(turns, **options):
    layer = keras.layers.RandomRotation(0.5, **options)
    zeros, ones = np.zeros([1], "float32"), np.ones([1], "float32")
    matrix = layer._compute_affine_matrix(0.5, 0.5, np.array([turns * 360], "float32"), zeros, zeros, ones, zeros, zeros, H, W)
    results.append(layer.transform_images(image[None], {"rotation_matrix": matrix})[0])


def zoomed(down, across, **options):
    layer = keras.layers.RandomZoom(0.5, **options)
    how = {"height_zoom": np.array([[down]], "float32"), "width_zoom": np.array([[across]], "float32")}
    results.append(layer.transform_images(image[None], how)[0])


def shifted(down, right, **options):
    layer = keras.layers.RandomTranslation(0.5, 0.5, **options)
    results.append(layer.transform_images(image[None], {"translations": np.array([[right, down]], "float32"), "input_shape": (1, H, W, C)})[0])


for mode in ("reflect", "wrap", "constant", "nearest"):
    for interpolation in ("bilinear", "nearest"):
        how = {"fill_mode": mode, "interpolation": interpolation, "fill_value": 3.0 if mode == "constant" else 0.0}
        rotated(0.1, **how)
        rotated(-0.3, **how)
        zoomed(1.7, 0.6, **how)
        shifted(2.3, -9.4, **how)
results.append(keras.layers.RandomContrast(0.5).transform_images(image, {"contrast_factor": np.float32(1.4)}))
results.append(keras.layers.RandomBrightness(0.5).transform_images(image, {"rgb_delta": np.float32(-30)}))
np.save(FOLDER / "augment.npy", np.stack([np.asarray(r, "float32") for r in results]))
