// What opening a file takes: at most four times its size and 16 MB, whatever the format and however its numbers lie.
#include <lamina/core/random.hpp>
#include <lamina/formats/hdf5/reader.hpp>
#include <lamina/formats/hdf5/writer.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/zip_writer.hpp>
#include <lamina/interop/keras/file.hpp>
#include <lamina/numpy.hpp>
#include <lamina/pytorch.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// The MiB that a call takes at most, in a process of its own.
template <class Call> long memory_of(Call call)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
        const long before = peak_memory();
        call();
        const long used = peak_memory() - before;
        ::_exit(::write(ends[1], &used, sizeof used) == sizeof used ? 0 : 1);
    }
    ::close(ends[1]);
    long used = -1;
    const bool got = ::read(ends[0], &used, sizeof used) == sizeof used;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    REQUIRE(got);
    return used;
}

/// Opens a file; a reader that makes its arrays when they are asked for is asked.
template <class Read> void check(const std::filesystem::path& path, Read read)
{
    const long size = static_cast<long>(std::filesystem::file_size(path) >> 20), used = memory_of([&] { read(path); });
    INFO(path.filename() << " of " << size << " MiB takes " << used);
    CHECK(size >= 15);
    if (!sanitized) CHECK(used <= 4 * size + 16);
}

} // namespace

TEST_CASE("no reader takes more than four times a file", "[interop][memory]")
{
    const Temporary folder("memory");
    const auto path = [&](const char* name) { return folder.path / name; };
    constexpr std::size_t rows = 2048, columns = 2049;
    std::string numbers(rows * columns * 4, '\0');
    Random random(Seed{1}); // what deflate makes little of: zeros unpack to a thousand times their file
    for (char& byte : numbers) byte = static_cast<char>(random.bits());
    const file_tensor array{"x", dtype::float32, {rows, columns}, numbers, {}};
    const auto npy_read = [](const auto& p) { npy::read(p); };
    const auto npz_read = [](const auto& p) { npz::read(p); };
    const auto torch_read = [](const auto& p) { pytorch::read(p); };

    npy::write(path("a.npy"), array);
    check(path("a.npy"), npy_read);
    auto turned = read_file(path("a.npy"));
    turned.replace(turned.find("False"), 5, "True ");
    check(folder.write("fortran.npy", turned), npy_read);
    turned[turned.find('<')] = '>';
    check(folder.write("fortran_big_endian.npy", turned), npy_read);

    for (const bool compressed : {false, true}) {
        npz::write(path("a.npz"), {{"x", array}}, {.compressed = compressed});
        check(path("a.npz"), npz_read);
    }
    zipped::Writer fortran(path("fortran.npz"));
    fortran.add("x.npy", turned);
    fortran.write();
    check(path("fortran.npz"), npz_read);
    safetensors::write(path("a.safetensors"), tensor_file{"a", {array}, {}});
    check(path("a.safetensors"), [](const auto& p) { safetensors::read(p); });

    pytorch::write_state_dict(path("a.pt"), {{"x", array}});
    check(path("a.pt"), torch_read);
    const auto id = pickle::tuple({pickle::text("storage"), pickle::global("torch", "FloatStorage"), pickle::text("0"),
                                   pickle::text("cpu"), pickle::integer(rows * columns)});
    const auto transposed = pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                                         {pickle::persistent(id), pickle::integer(0), pickle::sizes({columns, rows}),
                                          pickle::sizes({1, columns}), pickle::boolean(false), pickle::ordered_dictionary({})});
    zipped::Writer strided(path("strided.pt"));
    strided.add("a/data.pkl", pickle::file_of(pickle::dictionary({{"x", transposed}})));
    strided.add("a/data/0", numbers);
    strided.write();
    check(path("strided.pt"), torch_read);

    hdf5::Writer weights;
    weights.dataset("layers/dense/vars/0", array);
    weights.write(path("a.weights.h5"));
    check(path("a.weights.h5"), [](const auto& p) {
        const auto file = hdf5::read(p);
        file.tensor(*file.find("layers/dense/vars/0"));
    });
    check(path("a.weights.h5"), [](const auto& p) { keras::read(p); });
    zipped::Writer keras(path("a.keras"));
    keras.add("metadata.json", R"({"keras_version": "3.15.0"})");
    keras.add("config.json", R"({"class_name": "Sequential", "config": {"name": "sequential", "layers": []}})");
    keras.add("model.weights.h5", weights.bytes());
    keras.write();
    check(path("a.keras"), [](const auto& p) { keras::read(p); });
}
