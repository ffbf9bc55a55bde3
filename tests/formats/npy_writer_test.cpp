// npy, written: the bytes that NumPy writes, and every type back again.
#include <lamina/formats/npy_writer.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> void round_trip(const Temporary& folder, dtype type)
{
    const xt::xtensor<T, 2> numbers{{std::numeric_limits<T>::lowest(), T(0)}, {T(1), std::numeric_limits<T>::max()}};
    npy::write(folder.path / "a.npy", numbers);
    const auto read = npy::read(folder.path / "a.npy");
    CHECK(read.type == type);
    CHECK(read.shape == std::vector<std::size_t>{2, 2});
    if constexpr (!std::is_same_v<T, bool>) CHECK(read.template as<T>() == std::vector<T>(numbers.begin(), numbers.end()));
    else CHECK(read.template as<int>() == std::vector{0, 0, 1, 1});
}

} // namespace

TEST_CASE("npy: what is written is what NumPy writes", "[formats][npy]")
{
    const Temporary folder("npy_writer");
    npy::write(folder.path / "a.npy", xt::xtensor<float, 1>{1, 2, 3});
    std::string wanted("\x93NUMPY\1\0v\0", 10);
    wanted += "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    wanted.resize(127, ' ');
    wanted += '\n';
    wanted += std::string_view("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12);
    CHECK(read_file(folder.path / "a.npy") == wanted);

    npy::write(folder.path / "one.npy", 2.5);
    CHECK(says(read_file(folder.path / "one.npy"), "{'descr': '<f8', 'fortran_order': False, 'shape': (), }"));
    CHECK(npy::read(folder.path / "one.npy").as<double>() == std::vector{2.5});
    npy::write(folder.path / "empty.npy", xt::xtensor<int, 2>(std::array<std::size_t, 2>{0, 3}));
    CHECK(says(read_file(folder.path / "empty.npy"), "'shape': (0, 3), }"));
    CHECK(npy::read(folder.path / "empty.npy").as<int>().empty());
    for (const std::size_t rank : {1u, 7u, 40u}) {
        file_tensor one{"x", dtype::uint8, std::vector<std::size_t>(rank, 1), "a", {}};
        npy::write(folder.path / "rank.npy", one);
        const auto bytes = read_file(folder.path / "rank.npy");
        CHECK((bytes.size() - 1) % 64 == 0);
        CHECK(npy::read(folder.path / "rank.npy").shape == one.shape);
    }
}

TEST_CASE("npy: every type is written", "[formats][npy]")
{
    const Temporary folder("npy_writer");
    round_trip<float>(folder, dtype::float32);
    round_trip<double>(folder, dtype::float64);
    round_trip<std::int8_t>(folder, dtype::int8);
    round_trip<std::uint8_t>(folder, dtype::uint8);
    round_trip<std::int16_t>(folder, dtype::int16);
    round_trip<std::uint16_t>(folder, dtype::uint16);
    round_trip<std::int32_t>(folder, dtype::int32);
    round_trip<std::uint32_t>(folder, dtype::uint32);
    round_trip<std::int64_t>(folder, dtype::int64);
    round_trip<std::uint64_t>(folder, dtype::uint64);
    round_trip<bool>(folder, dtype::boolean);
    const file_tensor halves{"x", dtype::float16, {2}, {"\0\x3c\0\xc0", 4}, {}};
    npy::write(folder.path / "half.npy", halves);
    CHECK(npy::read(folder.path / "half.npy").as<float>() == std::vector<float>{1, -2});

    const file_tensor short_floats{"x", dtype::bfloat16, {1}, "ab", {}};
    CHECK(
        says(refusal_of([&] { npy::write(folder.path / "b.npy", short_floats); }), "b.npy: holds bfloat16, which NumPy has not"));
    CHECK(!std::filesystem::exists(folder.path / "b.npy"));
}
