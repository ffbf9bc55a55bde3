// MNIST: a small folder made by hand, everything that can be wrong with one, and the real one.
#include <lamina/data/mnist.hpp>

#include "catch.hpp"
#include "data/idx_files.hpp"

#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>

using namespace lamina;
using namespace lamina::internals;

namespace {

const std::string names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                             "t10k-labels-idx1-ubyte"};

/// The content of the four files: `n` images whose pixel p of image i is (3 p + 7 i) mod 256, labels i mod 10.
std::string content(const std::string& name, std::uint32_t n)
{
    std::string bytes = name.find("images") != name.npos ? idx_header({n, 28, 28}) : idx_header({n});
    for (std::uint32_t i = 0; i < n; ++i) {
        if (name.find("labels") != name.npos) bytes += static_cast<char>(i % 10);
        else
            for (std::uint32_t p = 0; p < 28 * 28; ++p) bytes += static_cast<char>((3 * p + 7 * i) % 256);
    }
    return bytes;
}

/// A folder with twelve digits to train and five to test, whole.
struct Small : Temporary {
    explicit Small(const std::string& name) : Temporary(name)
    {
        for (const auto& file : names) write(file, content(file, file.starts_with("train") ? 12 : 5));
    }

    std::string refused() const
    {
        return refusal_of([&] { mnist::load(path); });
    }
};

} // namespace

TEST_CASE("mnist reads its four files, plain or gzip, whatever they are called", "[data][mnist]")
{
    const Small folder("mnist");
    std::filesystem::rename(folder.path / names[0], folder.path / (names[0] + ".gz")); // plain, although called .gz
    std::filesystem::remove(folder.path / names[2]);
    folder.write(names[2] + ".gz", gzip(folder, content(names[2], 5)));
    folder.write(names[3], gzip(folder, content(names[3], 5))); // gzip, although not called so

    auto [train, test] = mnist::load(folder.path);
    static_assert(std::is_same_v<decltype(train.x), xt::xtensor<float, 4>>);
    static_assert(std::is_same_v<decltype(train.y), xt::xtensor<std::int32_t, 1>>);
    CHECK(train.size() == 12);
    CHECK(test.size() == 5);
    CHECK(train.x.shape() == std::array<std::size_t, 4>{12, 28, 28, 1});
    CHECK(test.y.shape() == std::array<std::size_t, 1>{5});
    CHECK(train.x(11, 27, 27, 0) == (3 * 783 + 77) % 256);
    CHECK(test.x(3, 1, 2, 0) == 3 * 30 + 21);
    CHECK(train.y(11) == 1);
}

TEST_CASE("mnist says which file is missing", "[data][mnist]")
{
    CHECK(refusal_of([] { mnist::load("no/such/folder"); }) ==
          "no/such/folder: is no folder, one with MNIST's four idx files was needed; download them or name another folder");
    for (const auto& name : names) {
        const Small folder("mnist-missing");
        REQUIRE(folder.refused().empty());
        std::filesystem::remove(folder.path / name);
        CHECK(folder.refused() == (folder.path / name).string() +
                                      ": is missing, and so is the same with .gz; put MNIST's four idx files into this folder");
    }
    const Small folder("mnist-file");
    CHECK(says(refusal_of([&] { mnist::load(folder.path / names[0]); }), "is no folder"));
}

TEST_CASE("mnist says which file is wrong and how", "[data][mnist]")
{
    const Small folder("mnist-wrong");
    for (const auto& name : names) {
        const std::string good = content(name, name.starts_with("train") ? 12 : 5),
                          other = name.find("images") != name.npos ? names[1] : names[0];
        const auto refused = [&](const std::string& bytes, const std::string& reason) {
            folder.write(name, bytes);
            const std::string sentence = folder.refused();
            return says(sentence, name) && says(sentence, reason);
        };
        CHECK(refused("<html>404 not found</html>", "does not start with an idx header"));
        CHECK(refused(content(other, 12), "dimensions"));
        CHECK(refused(good.substr(0, good.size() - 1), "the file holds"));
        CHECK(refused(good + '\0', "goes on after"));
        CHECK(refused(gzip(folder, good).substr(0, 30), "the gzip data ends in the middle"));
        folder.write(name, good);
        REQUIRE(folder.refused().empty());
    }
}

TEST_CASE("mnist checks that images and labels fit", "[data][mnist]")
{
    const Small folder("mnist-fit");
    folder.write(names[1], content(names[1], 11));
    CHECK(folder.refused() ==
          (folder.path / names[0]).string() + ": has 12 images where the labels beside it are 11; take both from one download");
    folder.write(names[1], content(names[1], 12));

    folder.write(names[2], idx_header({5, 28, 27}) + std::string(5 * 28 * 27, 'x'));
    CHECK(folder.refused() ==
          (folder.path / names[2]).string() + ": has images of 28 by 27 pixels, 28 by 28 were needed; is it MNIST?");
    folder.write(names[2], content(names[2], 5));

    folder.write(names[3], idx_header({5}) + std::string("\1\2\xa\3\4", 5));
    CHECK(folder.refused() == (folder.path / names[3]).string() + ": label 2 is 10, 0 to 9 were needed; is it MNIST?");
}

TEST_CASE("mnist reads the real one", "[data][mnist]")
{
    const auto folder = std::filesystem::path(LAMINA_SHARED) / "mnist";
    if (!std::filesystem::exists(folder)) {
        std::cout << "skipped: there is no " << folder.string() << '\n';
        return;
    }
    auto [train, test] = mnist::load(folder);
    CHECK(train.size() == 60000);
    CHECK(test.size() == 10000);
    CHECK(std::vector<int>(train.y.data(), train.y.data() + 5) == std::vector{5, 0, 4, 1, 9});
    CHECK(std::vector<int>(test.y.data(), test.y.data() + 5) == std::vector{7, 2, 1, 0, 4});

    // The means that the literature gives, times 255: 0.1306604763 and 0.1325146070.
    const auto mean = [](const auto& x) {
        return std::accumulate(x.data(), x.data() + x.size(), 0.0) / static_cast<double>(x.size());
    };
    CHECK(mean(train.x) == Approx(33.318421450).epsilon(1e-9));
    CHECK(mean(test.x) == Approx(33.791224490).epsilon(1e-9));
}
