// Pipelines in one thread: an iteration is a pass over 20,000 elements, in batches of 32.
//
// LAMINA_DATA_FILES names a folder into which the files are written, for tools/bench/peers.py, which gives the same to tf.data; without it
// they stand in the folder for temporary files while the program runs.
#include <lamina/data.hpp>
#include <lamina/images.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace lamina;

constexpr std::size_t count = 20000, pixels = 28 * 28;

struct Digit {
    std::string image; ///< a PNG
    std::int64_t label = 0;
    float mean = 0;
    std::array<float, 28> row_sums{};
};

/// Where the files are; those that nobody asked for are removed at the end.
struct Folder {
    const char* const kept = std::getenv("LAMINA_DATA_FILES");
    std::filesystem::path path;

    Folder() : path(kept ? std::filesystem::path(kept) : std::filesystem::temp_directory_path() / "lamina_pipelines_bench")
    {
        std::filesystem::create_directories(path);
        const auto drawn = drawn_digits(2000, Seed{1});
        TFRecordWriter records(path / "digits.tfrecord");
        Image image({28, 28, 1});
        for (std::size_t i = 0; i < count; ++i) {
            const float* const from = drawn.x.data() + i % 2000 * pixels;
            Digit digit{};
            digit.label = drawn.y(i % 2000);
            for (std::size_t p = 0; p < pixels; ++p) {
                image.data()[p] = static_cast<std::uint8_t>(from[p]);
                digit.row_sums[p / 28] += from[p];
                digit.mean += from[p] / float(pixels);
            }
            digit.image = encode_png(image);
            records.write(to_example(digit));
        }
        records.close();
    }
    ~Folder()
    {
        if (!kept) std::filesystem::remove_all(path);
    }
};

const std::filesystem::path& folder()
{
    static const Folder one;
    return one.path;
}

template <class Make> void add(const char* name, Make make)
{
    benchmark::RegisterBenchmark((std::string("pipelines/") + name).c_str(), [make](benchmark::State& state) {
        const auto dataset = make();
        typename decltype(dataset)::element batch{};
        for (auto _ : state) {
            auto cursor = dataset.open(Pass{});
            while (cursor.next(batch)) benchmark::DoNotOptimize(batch);
        }
        state.SetItemsProcessed(static_cast<std::int64_t>(count) * static_cast<std::int64_t>(state.iterations()));
    });
}

auto digits()
{
    xt::xtensor<float, 4> x(std::array<std::size_t, 4>{count, 28, 28, 1});
    xt::xtensor<std::int64_t, 1> y(std::array<std::size_t, 1>{count});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 251);
    for (std::size_t i = 0; i < count; ++i) y(i) = static_cast<std::int64_t>(i % 10);
    return slices(std::move(x), std::move(y));
}

auto records() { return tfrecord((folder() / "digits.tfrecord").string()); }
auto examples()
{
    return records() | map<Digit>([](const std::string& record, Digit& to) { parse_example(record, to); });
}

const bool registered = [] {
    if (std::getenv("LAMINA_DATA_FILES")) folder();
    add("range", [] { return range(count) | batch(32); });
    add("slices", [] { return digits() | batch(32); });
    add("slices_shuffle", [] { return digits() | shuffle(count, Seed{1}) | batch(32); });
    add("scaled", [] {
        return digits() |
               map<std::pair<std::array<float, pixels>, std::int64_t>>([](Row<float, 3>& image, std::int64_t label, auto& to) {
                   std::transform(image.begin(), image.end(), to.first.begin(), [](float pixel) { return pixel / 255; });
                   to.second = label;
               }) |
               batch(32);
    });
    add("records", [] { return records() | batch(32); });
    add("examples", [] { return examples() | batch(32); });
    add("png", [] {
        return examples() | map<std::pair<Image, std::int64_t>>([](Digit& digit, auto& to) {
                   decode_png(digit.image, to.first, 1);
                   to.second = digit.label;
               }) |
               batch(32);
    });
    return true;
}();

} // namespace
