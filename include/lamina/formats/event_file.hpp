// lamina/formats/event_file.hpp: writes the files that TensorBoard shows: TFRecord files of protobuf messages.
//
// The messages are Event, Summary, TensorProto and SummaryMetadata; TensorFlow 2.21 writes the same bytes.
// Source: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto and tensor.proto.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/folder.hpp>
#include <lamina/core/histogram.hpp>
#include <lamina/formats/tfrecord.hpp>

#if !__has_include(<protozero/pbf_writer.hpp>)
#include <lamina/formats/event_file.hpp needs protozero (Debian and Ubuntu: libprotozero-dev, Conan: protozero)>
#elif !defined(__cpp_exceptions)
#include <lamina/formats/event_file.hpp needs exceptions, as protozero throws: leave -fno-exceptions out where it is included>
#endif
#include <protozero/pbf_writer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The messages, as bytes. Fields are written in the order of their numbers in TensorFlow's files.
namespace events {

/// Which of TensorBoard's dashboards shows a value.
struct Dashboard {
    std::string_view plugin;
    int type; ///< of the tensor's numbers: 1 float, 2 double
};
inline constexpr Dashboard scalars{"scalars", 1}, histograms{"histograms", 2};

/// The first record of a file.
inline void version(std::string& to, double wall_time)
{
    to.clear();
    protozero::pbf_writer event(to);
    event.add_double(1, wall_time);
    event.add_string(3, "brain.Event:2");
    protozero::pbf_writer source(event, 10);
    source.add_string(1, "tensorflow.core.util.events_writer");
}

/// A tensor under a tag: `content` are its numbers.
inline void tensor(std::string& to, double wall_time, std::int64_t step, std::string_view tag, const Dashboard& shown_in,
                   std::initializer_list<std::int64_t> extents, std::string_view content)
{
    to.clear();
    protozero::pbf_writer event(to);
    event.add_double(1, wall_time);
    if (step != 0) event.add_int64(2, step);
    protozero::pbf_writer summary(event, 5), value(summary, 1);
    value.add_string(1, tag.data(), tag.size());
    {
        protozero::pbf_writer tensor(value, 8);
        tensor.add_enum(1, shown_in.type);
        if (extents.size() == 0) tensor.add_message(2, "", 0);
        else {
            protozero::pbf_writer shape(tensor, 2);
            for (const std::int64_t extent : extents) protozero::pbf_writer(shape, 2).add_int64(1, extent);
        }
        tensor.add_bytes(4, content.data(), content.size());
    }
    protozero::pbf_writer metadata(value, 9), plugin(metadata, 1);
    plugin.add_string(1, shown_in.plugin.data(), shown_in.plugin.size());
}

inline void scalar(std::string& to, double wall_time, std::int64_t step, std::string_view tag, double number)
{
    const auto single = static_cast<float>(number);
    char content[sizeof single];
    std::memcpy(content, &single, sizeof single);
    tensor(to, wall_time, step, tag, scalars, {}, {content, sizeof content});
}

/// Of each bucket its left edge, its right edge, and how many numbers are in it.
inline void histogram(std::string& to, double wall_time, std::int64_t step, std::string_view tag, const Histogram& counted)
{
    constexpr std::size_t buckets = Histogram::buckets;
    std::array<double, 3 * buckets> numbers{};
    for (std::size_t i = 0; i < buckets; ++i) {
        numbers[3 * i] = counted.edges[i];
        numbers[3 * i + 1] = counted.edges[i + 1];
        numbers[3 * i + 2] = static_cast<double>(counted.counts[i]);
    }
    char content[sizeof numbers];
    std::memcpy(content, numbers.data(), sizeof numbers);
    tensor(to, wall_time, step, tag, histograms, {buckets, 3}, {content, sizeof content});
}

} // namespace events

/// A new file of events in a folder, which is made where it is missing. Its name is as TensorFlow's.
class EventFile {
public:
    explicit EventFile(const std::string& folder) : records(made_in(folder))
    {
        events::version(message, now());
        records.write(message);
    }

    void scalar(std::string_view tag, std::uint64_t step, double number)
    {
        events::scalar(message, now(), static_cast<std::int64_t>(step), tag, number);
        records.write(message);
    }
    void histogram(std::string_view tag, std::uint64_t step, const Histogram& counted)
    {
        events::histogram(message, now(), static_cast<std::int64_t>(step), tag, counted);
        records.write(message);
    }

    void flush() { records.flush(); }
    void close() { records.close(); }

private:
    /// Seconds since 1970.
    static double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

    static std::string made_in(const std::string& folder)
    {
        make_folder(folder);
        char host[256] = "localhost";
#if defined(_WIN32)
        const int process = ::_getpid();
#else
        const int process = static_cast<int>(::getpid());
        if (::gethostname(host, sizeof host - 1) != 0) std::strcpy(host, "localhost");
#endif
        static std::atomic<unsigned> made{0};
        std::string name;
        do {
            name.clear();
            append(name, {folder, "/events.out.tfevents.", static_cast<std::int64_t>(now()), '.', std::string_view(host), '.',
                          process, '.', made++, ".v2"});
        } while (what_is_at(name) != at_path::nothing);
        return name;
    }

    TFRecordWriter records;
    std::string message;
};

}}} // namespace lamina::internals
