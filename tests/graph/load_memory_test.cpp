// A load that finds no memory changes nothing. Numbers are the only things that this program allocates on 64 bytes.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/graph/save.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>

using namespace lamina;
using namespace lamina::internals;

namespace {
std::size_t left = ~std::size_t{0}; // arrays on 64 bytes that there is still memory for
}

[[gnu::noinline]] void* operator new[](std::size_t n, std::align_val_t a)
{
    const auto multiple = static_cast<std::size_t>(a);
    void* const p = left > 0 ? std::aligned_alloc(multiple, (n + multiple) / multiple * multiple) : nullptr;
    if (!p) throw std::bad_alloc();
    --left;
    return p;
}
[[gnu::noinline]] void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

TEST_CASE("a load for which there is no memory binds no variable", "[graph][load_memory]")
{
    using Net = Sequential<Input<4>, Dense<3>, Dense<2>>;
    const Temporary folder("load_memory");
    const auto path = folder.path / "net.safetensors";
    const auto saved = build<Net>(Seed{1});
    save(saved, path);

    Net model;
    const auto variables = variables_of(model);
    REQUIRE(variables.size() == 4);
    for (std::size_t enough = 0; enough < variables.size(); ++enough) {
        left = enough;
        CHECK_THROWS_AS(load(model, path), std::bad_alloc);
        left = ~std::size_t{0};
        for (const auto& found : variables) CHECK_FALSE(found.variable->bound());
    }
    load(model, path);
    for (const auto& found : variables) CHECK(found.variable->bound());
}
