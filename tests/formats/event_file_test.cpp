// Event files: the bytes are those of TensorFlow, histograms are TensorBoard's. tools/tensorboard/written.py prints what TensorFlow writes.
#include <lamina/formats/event_file.hpp>

#include "catch.hpp"
#include "core/troubles.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

Histogram counted(const std::vector<double>& numbers)
{
    return histogram_of_numbers([&](const auto& f) {
        for (const double number : numbers) f(number);
    });
}

std::uint64_t sum(const Histogram& histogram)
{
    std::uint64_t total = 0;
    for (const auto count : histogram.counts) total += count;
    return total;
}

constexpr double infinite = std::numeric_limits<double>::infinity(), largest = std::numeric_limits<double>::max();

} // namespace

TEST_CASE("events are written as TensorFlow writes them, byte for byte", "[formats][events]")
{
    const auto is = [](const std::string& message, std::size_t size, std::uint32_t checksum) {
        CHECK(message.size() == size);
        CHECK(masked_crc32c(message) == checksum);
    };
    std::string message;
    events::version(message, 1795985975.0);
    is(message, 62, 0x0b774881);
    events::scalar(message, 1795985977.742664, 0, "epoch_loss", 0.5);
    is(message, 50, 0xda64bcd4);
    events::scalar(message, 1795985977.743634, 300, "batch_accuracy", 0.1);
    is(message, 57, 0xd8a5001a);
    const std::vector<double> numbers{0, 0.5, 1, 1.5, 2, 14.25, 29, 29.75, 30, 30};
    events::histogram(message, 1795985980.683936, 2, "0/kernel/histogram", counted(numbers));
    is(message, 791, 0x8e3b4950);
    events::histogram(message, 1795985981.053909, 3, "0/bias/histogram", counted(std::vector<double>(7, 0.25)));
    is(message, 789, 0x99338e27);
    events::histogram(message, 1795985981.169357, 4, "1/bias/histogram", counted({}));
    is(message, 789, 0x27b3b1b6);
}

TEST_CASE("a histogram counts every finite number once", "[formats][events]")
{
    const auto plain = counted({-3, -1, 0, 27, 26.9, 12});
    CHECK(plain.edges.front() == -3);
    CHECK(plain.edges.back() == 27);
    CHECK(plain.counts[0] == 1);
    CHECK(plain.counts[2] == 1);
    CHECK(plain.counts[3] == 1);
    CHECK(plain.counts[15] == 1);
    CHECK(plain.counts[29] == 2);
    CHECK(sum(plain) == 6);
    CHECK(sum(counted({infinite, 1, std::numeric_limits<double>::quiet_NaN(), 2, -infinite})) == 2);
    CHECK(counted({infinite, 1, 2}).edges.back() == 2);
    CHECK(sum(counted({infinite})) == 0);
    CHECK(sum(counted({-largest, 0, largest})) == 3); // the width is beyond that of doubles
    CHECK(sum(counted({0, std::numeric_limits<double>::denorm_min()})) == 2);

    const record padded("a", Shape{3, 5}, dtype::float32); // rows are padded with zeros, which are not counted
    CHECK(sum(histogram_of(padded)) == 15);
    CHECK(sum(histogram_of(record("b", Shape{7}, dtype::float64))) == 7);
}

TEST_CASE("an event file has a name of its own and whole records", "[formats][events]")
{
    const Temporary folder("events");
    const auto logs = folder.path / "deeper" / "logs";
    EventFile first(logs.string()), second(logs.string());
    first.scalar("a", 1, 0.5);
    first.flush();
    second.close();
    const auto names = names_in(logs);
    CHECK(names.size() == 2);
    std::multiset<std::size_t> records;
    for (const auto& name : names) {
        CHECK(name.starts_with("events.out.tfevents."));
        TFRecordReader reader(logs / name);
        std::size_t read = 0;
        for (std::string record; reader.next(record);) ++read;
        records.insert(read);
    }
    CHECK(records == std::multiset<std::size_t>{1, 2});

    const auto file = folder.write("file", "");
    CHECK(says(refusal_of([&] { EventFile inside((file / "logs").string()); }),
               "file/logs: cannot be made (Not a directory); choose another folder"));
    const LockedFolder locked(folder.path);
    CHECK(says(refusal_of([&] { EventFile inside((folder.path / "new").string()); }), "new: cannot be made (Permission denied)"));
}
