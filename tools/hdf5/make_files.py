"""Writes small HDF5 files in the forms that h5py knows, and beside each what Python reads from it: tests/formats/hdf5/files.

    python tools/hdf5/make_files.py tests/formats/hdf5/files

The names end in h5py's version, so that those of several stand side by side; the tests read them all.
"""

import gzip
import pathlib
import sys
import zlib

import h5py
import numpy as np

folder = pathlib.Path(sys.argv[1])
version = ".".join(h5py.__version__.split(".")[:2])
numbers = np.random.default_rng(5)
LATEST = "which is not read; save it with Keras, or with h5py.File(path, \"w\")"


def earliest(f):
    group = f.create_group("layers/dense/vars")
    group.attrs["name"] = "dense"
    for k, kind in enumerate(["f4", "f8", "f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]):
        group[str(k)] = (100 * numbers.standard_normal((3, 2))).astype("i8").astype(kind)
    f.attrs["empty"] = []
    f.attrs["three"] = np.array([1, 2, 3], "i4")


def scalars(f):
    f["iteration"] = np.int64(1 << 40)
    f["rate"] = np.float32(0.1)
    f["nothing"] = np.zeros((0, 3), "f4")
    f.attrs["rate"] = 0.25
    f.attrs["true"] = True
    f["empty"] = h5py.Empty("f4")


def texts(f):
    f.attrs["ascii"] = np.array([b"a", b"bc"], dtype=h5py.string_dtype("ascii"))
    f.attrs["fixed"] = np.array([b"conv2d/kernel:0", b"bias"])
    f.attrs["list"] = ["conv2d/kernel:0", "", "x"]
    f.attrs["long"] = "für"
    f.attrs["none"] = ""
    f.attrs["old"] = np.bytes_(b"2.1.0")
    f["names"] = ["a", "b"]


def truth(f):
    f["mask"] = np.array([True, False, True])


def big_endian(f):
    for kind in [">f4", ">f8", ">f2", ">i2", ">i4", ">u8"]:
        f[kind[1:]] = np.arange(-3, 3).astype(kind)
    f.attrs["three"] = np.array([1, 2, 3], ">i4")
    f.create_dataset("chunks", data=np.arange(7).astype(">i4"), chunks=(3,), compression="gzip")


def bfloat16(f):
    bits = (numbers.standard_normal(6).astype("<f4").view("<u4") >> 16).astype("<u2").reshape(2, 3)
    f.create_dataset("0", data=bits.view("V2")).attrs["dtype"] = "bfloat16"
    f.create_dataset("bytes", data=bits.view("V2"))


def chunks(f):
    data = numbers.integers(-9, 9, (7, 5)).astype("f4")
    f.create_dataset("plain", data=data, chunks=(3, 2))
    f.create_dataset("deflate", data=data, chunks=(4, 5), compression="gzip")
    f.create_dataset("shuffle", data=data, chunks=(3, 2), shuffle=True)
    f.create_dataset("checked", data=data, chunks=(2, 5), fletcher32=True)
    f.create_dataset("all", data=data, chunks=(3, 4), compression=9, shuffle=True, fletcher32=True)
    f.create_dataset("grown", data=np.arange(11, dtype="i2"), chunks=(1,), maxshape=(None,))
    f.create_dataset("noise", data=numbers.integers(0, 256, (2, 3, 5), "u1"), chunks=(1, 2, 5), compression="gzip")


def chunks_of_many(f):
    f.create_dataset("x", data=np.arange(300, dtype="f8"), chunks=(1,))


def compact(f):
    kind = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kind.set_layout(h5py.h5d.COMPACT)
    made = h5py.h5d.create(f.id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((2, 3)), kind)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(6, dtype="f4").reshape(2, 3))


def children(f):
    for i in range(300):
        f.create_dataset(f"vars/{i}", data=np.int8(i % 100), track_times=False)


def long_text(f):
    f.attrs["model_config"] = "{\"name\": \"sequential\"}" * 3500


def latest(f):
    f.create_group("g").attrs["name"] = "dense"
    f["g/bias"] = np.zeros(3)
    f["g/kernel"] = np.arange(6, dtype="f4").reshape(2, 3)


def links(f):
    f["a/kernel"] = np.arange(3)
    f["soft"] = h5py.SoftLink("/a/kernel")
    f["outside"] = h5py.ExternalLink("other.h5", "/x")


def others(f):
    f["complex"] = np.array([1 + 2j])
    f["records"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    f["bytes"] = np.zeros(2, "V3")
    f.attrs["complex"] = 1 + 2j
    f.create_dataset("enumeration", data=np.array([2, 0], "i4"), dtype=h5py.enum_dtype({"a": 0, "b": 2}, basetype="i4"))


def unwritten(f):
    f.create_dataset("x", (2, 3), "f4")
    f.create_dataset("chunks", (2, 3), "f4", chunks=(1, 3))


def latest_chunks(f):
    f.create_dataset("x", data=np.arange(9), chunks=(2,))


def many_links(f):
    for i in range(9):
        f.create_group(f"g{i}")


def many_attributes(f):
    for i in range(9):
        f.attrs[f"a{i}"] = i


def same(f):
    f["a"] = np.arange(3)
    f["b"] = f["a"]


def lzf(f):
    f.create_dataset("x", data=np.arange(9), compression="lzf")


def virtual(f):
    layout = h5py.VirtualLayout((2, 3), "f4")
    layout[0] = h5py.VirtualSource("other.h5", "x", (3,))
    f.create_virtual_dataset("x", layout)


def shared_type(f):
    f["type"] = np.dtype("f4")
    f.create_dataset("x", data=np.zeros(3, "f4"), dtype=f["type"])


forms = [earliest, scalars, texts, truth, big_endian, bfloat16, chunks, chunks_of_many, compact, children, long_text, links, others, unwritten]
refused = {
    latest_chunks: "is HDF5 with chunks in an index of HDF5 1.10 (libver='latest'), " + LATEST,
    many_links: "is HDF5 with many links in a heap (libver='latest'), " + LATEST,
    many_attributes: "is HDF5 with many attributes in a heap (libver='latest'), " + LATEST,
    same: "\"b\" is a second name of another object, or leads in a circle, which is not read; save it with Keras, which gives each one name",
    lzf: "is HDF5 with the filter 32000, none of deflate, shuffle and fletcher32, " + LATEST,
    virtual: "is HDF5 with a virtual dataset, " + LATEST,
    shared_type: "is HDF5 with types or shapes that objects share (\"x\"), " + LATEST,
}
settings = {
    latest: {"libver": "latest"},
    latest_chunks: {"libver": "latest"},
    many_links: {"libver": "latest"},
    many_attributes: {"libver": "latest"},
}


def checked(content):
    return f"{len(content)} {zlib.crc32(content):08x}"


def array(values):
    """What is read of numbers or texts: the word for their type, shape, number of bytes and CRC-32 of these."""
    kind = values.dtype
    shape = list(values.shape)
    if h5py.check_string_dtype(kind) or kind.kind in "SO":
        each = [v if isinstance(v, bytes) else v.encode() for v in values.reshape(-1).tolist()]
        return f"texts {shape} {checked(bytes([10]).join(each))}"
    name = {"V": "bfloat16"}.get(kind.kind, kind.name)
    return f"{name} {shape} {checked(values.astype(kind.newbyteorder('<')).tobytes())}"


def value_of(holder):
    if holder.shape is None:  # nothing, of no shape
        return f"{holder.dtype.name} [0] {checked(b'')}"
    return array(np.asarray(holder[()]))


# What are no numbers is read as a word alone: datasets of these forms, by their names.
words = {
    "others": {"complex": "records", "records": "records", "bytes": "bytes without a meaning", "enumeration": "enumerations"},
    "bfloat16": {"bytes": "bytes without a meaning"},
    "texts": {"names": "texts"},
}


def attribute(thing, name):
    kind, values = thing.attrs.get_id(name), thing.attrs[name]
    if kind.dtype.kind == "c":
        return "records [] 0 00000000"
    text = h5py.check_string_dtype(kind.dtype)
    if text and kind.shape == ():
        return f"texts [] {checked(values.encode() if isinstance(values, str) else bytes(values))}"
    return array(np.asarray(values, dtype=None if text else kind.dtype))


def lines_of(form, path, thing):
    word = words.get(form, {}).get(path)
    if isinstance(thing, h5py.Group):
        yield f"group {path}"
    elif form == "unwritten":
        yield f"dataset {path} \"{path}\" was made and never written, so it has no numbers; write it, or delete it"
    elif word:
        yield f"dataset {path} {word} {list(thing.shape)} 0 00000000"
    else:
        yield f"dataset {path} {value_of(thing)}"
    for name in thing.attrs:
        yield f"  {name} {attribute(thing, name)}"
    if isinstance(thing, h5py.Group):
        for name in thing:
            if isinstance(thing.get(name, getlink=True), h5py.HardLink):
                yield from lines_of(form, f"{path}/{name}".lstrip("/"), thing[name])


for old in folder.glob(f"*.{version}.*"):
    old.unlink()
for form in [*forms, latest, *refused, None]:
    name = form.__name__ if form else "track_order"
    path = folder / f"{name}.{version}.h5"
    with h5py.File(path, "w", **settings.get(form, {}), **({} if form else {"track_order": True})) as f:
        if form:
            form(f)
        else:
            for word in ["z", "a", "m"]:
                f.create_group(word, track_order=True)["kernel"] = np.arange(3, dtype="f4")
    with h5py.File(path) as f:
        said = [f"refused {refused[form]}"] if form in refused else list(lines_of(name, "", f))
    path.with_suffix(".read").write_text("\n".join(said) + "\n")
    if path.stat().st_size > 20000:
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        path.unlink()
