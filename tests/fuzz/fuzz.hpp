// What the fuzzed readers share: libFuzzer's entry, or a program that runs the corpus again where LAMINA_REPLAY is defined.
#pragma once

#include <lamina/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

/// Reads the bytes, in whatever way the target is about. Only `lamina::error` may leave it.
void fuzz(std::string_view bytes);

/// Ends the program where something is not as it has to be.
inline void require(bool holds)
{
    if (holds) return;
    std::fputs("fuzz: something is not as it has to be\n", stderr);
    std::abort();
}

#if defined(LAMINA_REPLAY)
int main(int argc, char** argv)
{
    std::size_t accepted = 0, refused = 0;
    for (int i = 1; i < argc; ++i)
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ostringstream bytes;
            bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            try {
                fuzz(bytes.str());
                ++accepted;
            }
            catch (const lamina::error& problem) {
                require(*problem.what() != '\0');
                ++refused;
            }
        }
    std::printf("%zu accepted, %zu refused\n", accepted, refused);
    return accepted > 0 && refused > 0 ? 0 : 1; // a corpus of one kind alone proves little
}
#else
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        fuzz({reinterpret_cast<const char*>(data), size});
    }
    catch (const lamina::error&) {
    }
    return 0;
}
#endif
