// The yardstick: a file that only includes the libraries that lamina stands on.
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>
#endif
#include <xsimd/xsimd.hpp>

int main() {}
