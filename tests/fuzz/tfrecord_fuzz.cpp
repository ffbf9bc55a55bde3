// Any bytes as a TFRecord file: clean errors, and what is read is written again to the byte.
#include "fuzz.hpp"

#include <lamina/formats/tfrecord.hpp>

#include <algorithm>
#include <cstring>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Bytes {
    std::string_view left;

    std::size_t read(char* into, std::size_t n)
    {
        n = std::min(n, left.size());
        if (n > 0) std::memcpy(into, left.data(), n);
        left.remove_prefix(n);
        return n;
    }
};

} // namespace

void fuzz(std::string_view bytes)
{
    std::string record, again;
    // Without checksums, which a fuzzer hardly ever guesses: lengths alone decide.
    {
        Bytes source{bytes};
        RecordFrames frames("file", {.largest = 1 << 20, .checksums = false});
        try {
            while (frames.next(source, record)) require(record.size() + 16 <= bytes.size());
        }
        catch (const lamina::error&) {
        }
        require(frames.position() <= bytes.size());
    }
    Bytes source{bytes};
    RecordFrames frames("file", {.largest = 1 << 20});
    while (frames.next(source, record)) append_record(again, record);
    require(again == bytes);
}
