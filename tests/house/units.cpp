// Objects for three instruction sets, and one that is not optimized, in one program: each trains the same small model, and all must agree. A graph that one object made is
// read by another, and an error that one throws is caught here, which is compiled for the least of them.
#include "unit.hpp"

#include <lamina/core/error.hpp>
#include <lamina/graph/graph.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

namespace {

struct Unit {
    const char* name;
    decltype(&train_sse2) train;
    decltype(&store_sse2) store;
    decltype(&first_number_sse2) first_number;
    decltype(&refuse_sse2) refuse;
    decltype(&differentiate_sse2) differentiate;
};

bool agree(const Unit& unit, const std::array<float, 10>& wanted)
{
    const auto got = unit.train(std::string("units_") + unit.name);
    float sum = 0, worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        sum += got[i];
        worst = std::fmax(worst, std::fabs(got[i] - wanted[i]));
    }
    const float derivatives = unit.differentiate();
    std::printf("%s: probabilities add up to %.6f, at most %.1e from sse2; derivatives %.6f\n", unit.name, double(sum),
                double(worst), double(derivatives));
    return std::fabs(sum - 1) < 1e-5f && worst < 1e-4f && std::fabs(derivatives - differentiate_sse2()) < 1e-4f;
}

bool exchange(const Unit& from, const Unit& to)
{
    lamina::Graph graph;
    from.store(graph);
    const auto kernel = graph.find("model/0/kernel");
    const bool same = kernel && to.first_number(kernel) == from.first_number(kernel) && to.first_number(kernel) != 0;
    std::string caught;
    try {
        from.refuse();
    }
    catch (const lamina::error& refusal) {
        caught = refusal.what();
    }
    std::printf("%s to %s: a record is %s, an error %s\n", from.name, to.name, same ? "the same" : "another",
                caught.empty() ? "is lost" : "is caught");
    return same && !caught.empty();
}

} // namespace

int main()
{
    const Unit sse2{"sse2", train_sse2, store_sse2, first_number_sse2, refuse_sse2, differentiate_sse2};
    const Unit avx2{"avx2", train_avx2, store_avx2, first_number_avx2, refuse_avx2, differentiate_avx2};
    const Unit avx512{"avx512", train_avx512, store_avx512, first_number_avx512, refuse_avx512, differentiate_avx512};
    const Unit plain{"plain", train_plain, store_plain, first_number_plain, refuse_plain, differentiate_plain};
    const auto wanted = sse2.train("units_first");
    bool good = agree(sse2, wanted);
    const auto try_unit = [&](const Unit& unit, bool runs) {
        if (!runs) return void(std::printf("skipped: %s is linked, and this processor cannot run it\n", unit.name));
        good = agree(unit, wanted) && exchange(unit, sse2) && exchange(sse2, unit) && good;
    };
    try_unit(plain, true);
    try_unit(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
    try_unit(avx512, __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"));
    return good ? 0 : 1;
}
