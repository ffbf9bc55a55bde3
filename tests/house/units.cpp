// Objects for three instruction sets in one program: each trains the same small model, and all must agree.
#include <array>
#include <cmath>
#include <cstdio>

std::array<float, 10> sse2();
std::array<float, 10> avx2();
std::array<float, 10> avx512();

namespace {

bool agree(const char* name, const std::array<float, 10>& got, const std::array<float, 10>& wanted)
{
    float sum = 0, worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        sum += got[i];
        worst = std::fmax(worst, std::fabs(got[i] - wanted[i]));
    }
    std::printf("%s: probabilities add up to %.6f, at most %.1e from sse2\n", name, double(sum), double(worst));
    return std::fabs(sum - 1) < 1e-5f && worst < 1e-5f;
}

} // namespace

int main()
{
    const auto wanted = sse2();
    bool good = agree("sse2", wanted, wanted);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) good = agree("avx2", avx2(), wanted) && good;
    else std::puts("skipped: avx2 is linked, and this processor cannot run it");
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        good = agree("avx512", avx512(), wanted) && good;
    else std::puts("skipped: avx512 is linked, and this processor cannot run it");
    return good ? 0 : 1;
}
