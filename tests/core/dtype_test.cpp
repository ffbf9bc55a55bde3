// Types of stored numbers: names, sizes and C++ types agree, and what trains passes over records of whole numbers.
#include "catch.hpp"

#include <lamina/blocks/initializers.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/optimizers/clipping.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <cstdint>
#include <memory>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(bytes_of(dtype::bfloat16) == 2 && bytes_of(dtype::boolean) == 1 && bytes_of(dtype::uint64) == 8);
static_assert(name_of(dtype::float64) == "float64" && name_of(dtype::boolean) == "bool");
static_assert(dtype_of<float> == dtype::float32 && dtype_of<half> == dtype::float16 && dtype_of<bool> == dtype::boolean);
static_assert(dtype_of<std::int64_t> == dtype::int64 && dtype_of<long long> == dtype::int64 &&
              dtype_of<char16_t> == dtype::uint16);
static_assert(is_integer(dtype::int8) && is_integer(dtype::uint64) && !is_integer(dtype::boolean) && !is_integer(dtype::float16));

TEST_CASE("every dtype has a name that is read again, a size, and a C++ type", "[core][dtype]")
{
    for (std::size_t i = 0; i < dtype_count; ++i) {
        const auto type = static_cast<dtype>(i);
        dtype found{};
        CHECK(find_dtype(name_of(type), found));
        CHECK(found == type);
        std::size_t called = 0;
        with_number_of(type, [&]<class T>(T) {
            ++called;
            CHECK(sizeof(T) == bytes_of(type));
            CHECK(dtype_of<T> == type);
        });
        CHECK(called == 1);
    }
    dtype none = dtype::int8;
    for (const char* name : {"", "float", "float128", "Float32", "boolean"}) CHECK_FALSE(find_dtype(name, none));
    CHECK(none == dtype::int8);
    CHECK(value_of(truth{2}) == 1);
    CHECK(value_of(half{0xc000}) == -2);
    CHECK(value_of(bfloat16{0x3f80}) == 1);
}

TEST_CASE("a record of any type has rows of 64 bytes", "[core][dtype]")
{
    for (std::size_t i = 0; i < dtype_count; ++i) {
        const auto type = static_cast<dtype>(i);
        record numbers("n", {3, 5}, type);
        CHECK(numbers.type() == type);
        CHECK(numbers.places().step * bytes_of(type) == 64);
        CHECK(numbers.stored_size() * bytes_of(type) == 3 * 64);
    }
    record flags("flags", {2, 1024}, dtype::uint8);
    CHECK(flags.places().step == 1024 + 64); // rows never lie a multiple of 1024 bytes apart
    std::uint8_t next = 0;
    flags.for_each<std::uint8_t>([&](std::uint8_t& x) { x = next++; });
    CHECK(flags.data<std::uint8_t>()[1024 + 64 + 5] == 5);
}

TEST_CASE("optimizers, clipping and initializers pass over records of whole numbers", "[core][dtype]")
{
    const std::vector<std::shared_ptr<record>> values{
        make_record("count", {3}, dtype::int64), make_record("w", {3}, dtype::float32), make_record("flags", {70}, dtype::int8)},
        gradients{make_record("count", {3}, dtype::int64), make_record("w", {3}, dtype::float32),
                  make_record("flags", {70}, dtype::int8)};
    for (const auto* list : {&values, &gradients}) {
        (*list)[0]->for_each<std::int64_t>([](std::int64_t& x) { x = 1000; });
        (*list)[1]->for_each<float>([](float& x) { x = 1; });
        (*list)[2]->for_each<std::int8_t>([](std::int8_t& x) { x = 100; });
    }
    SGD all{.learning_rate = 0.5f, .momentum = 0.9f, .clipvalue = 0.25f}, floats{.learning_rate = 0.5f, .global_clipnorm = 100.f};
    apply_gradients(all, span_of(values), span_of(gradients));
    CHECK(values[1]->data<float>()[2] == 1 - 0.5f * 0.25f);
    apply_gradients<float>(floats, span_of(values), span_of(gradients), 2);
    CHECK(values[1]->data<float>()[2] == 1 - 2 * 0.5f * 0.25f);
    for (const auto* list : {&values, &gradients}) {
        (*list)[0]->for_each<std::int64_t>([](std::int64_t& x) { CHECK(x == 1000); });
        (*list)[2]->for_each<std::int8_t>([](std::int8_t& x) { CHECK(x == 100); });
    }

    Random random(Seed{1});
    draw_all(*values[2], [](Random&, fans) { return 1.0; }, random, {});
    CHECK(values[2]->data<std::int8_t>()[0] == 100);
}
