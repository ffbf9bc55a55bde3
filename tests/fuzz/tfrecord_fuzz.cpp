// Any bytes as a TFRecord file, plain, gzip or zlib: clean errors, skipping as reading, and what is read is written again to the byte.
#include "bytes.hpp"
#include "fuzz.hpp"

#include <lamina/data/sources/tfrecord.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Calls `step()` until it is false, or throws what is no checksum of a record; gives how often it was true.
template <class Step> std::size_t count(const Step& step)
{
    std::size_t n = 0;
    try {
        while (step()) ++n;
    }
    catch (const lamina::error&) {
    }
    return n;
}

} // namespace

void fuzz(std::string_view bytes)
{
    const auto opened = [&] { return Unpacked<Bytes>(Bytes{bytes}, "file", Compression::automatic, compression_of_records); };
    const bool plain = compression_of_records(bytes.substr(0, 12)) == Compression::none;
    std::string record, again;
    // Without checksums, which a fuzzer hardly ever guesses: lengths alone decide.
    {
        auto source = opened(), passed = opened();
        RecordFrames frames("file", {.largest = 1 << 20, .checksums = false}), other = frames;
        const std::size_t read = count([&] {
            const bool more = frames.next(source, record);
            require(record.size() <= (plain ? bytes.size() : std::size_t{1} << 20));
            return more;
        });
        require(count([&] { return other.skip(passed); }) == read);
        require(frames.position() == other.position() && (!plain || frames.position() <= bytes.size()));
    }
    auto source = opened();
    RecordFrames frames("file", {.largest = 1 << 20});
    while (frames.next(source, record))
        if (plain) append_record(again, record);
    if (plain) require(again == bytes);
}
