// Data sets that are ready, from files that are made here in their forms: Fashion-MNIST, CIFAR-10 and -100, iris, wine.
#include <lamina/data/cifar.hpp>
#include <lamina/data/fashion_mnist.hpp>
#include <lamina/data/iris.hpp>
#include <lamina/data/wine.hpp>

#include "data/idx_files.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

using namespace lamina;

namespace {

/// Pictures as CIFAR has them: of picture i pixel p of color c is (p + 50 c + i) mod 256, label l is i mod `classes` + l.
std::string pictures(std::size_t n, std::size_t labels, std::size_t classes)
{
    std::string bytes;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t label = 0; label < labels; ++label) bytes += static_cast<char>(i % classes + label);
        for (std::size_t color = 0; color < 3; ++color)
            for (std::size_t p = 0; p < 1024; ++p) bytes += static_cast<char>(p + 50 * color + i);
    }
    return bytes;
}

} // namespace

TEST_CASE("Fashion-MNIST is read as MNIST is", "[data]")
{
    const Temporary folder("fashion-mnist");
    const auto load = [&] { return fashion_mnist::load(folder.path); };
    CHECK(says(refusal_of(load),
               "train-labels-idx1-ubyte: is missing, and so is the same with .gz; put Fashion-MNIST's four idx files"));
    for (const char* part : {"train", "t10k"}) {
        folder.write(std::string(part) + "-labels-idx1-ubyte", idx_header({2}) + std::string("\7\1", 2));
        folder.write(std::string(part) + "-images-idx3-ubyte.gz",
                     gzip(folder, idx_header({2, 28, 28}) + std::string(784, '\1') + std::string(784, '\2')));
    }
    const auto [train, test] = load();
    CHECK(train.x(1, 27, 27, 0) == 2);
    CHECK(test.y(0) == 7);
    CHECK(fashion_mnist::class_names[7] == "Sneaker");
    CHECK(says(refusal_of([] { fashion_mnist::load("no/such"); }), "is no folder, one with Fashion-MNIST's four idx files"));
}

TEST_CASE("CIFAR's pictures have their colors last", "[data]")
{
    const Temporary folder("cifar");
    for (int i = 1; i <= 5; ++i) folder.write("data_batch_" + std::to_string(i) + ".bin", pictures(11, 1, 10));
    CHECK(says(refusal_of([&] { cifar10::load(folder.path); }),
               "test_batch.bin: cannot be read (No such file or directory); put CIFAR-10's"));
    folder.write("test_batch.bin", pictures(3, 1, 10));
    const auto [train, test] = cifar10::load(folder.path);
    CHECK(train.x.shape() == std::array<std::size_t, 4>{55, 32, 32, 3});
    CHECK(test.x(2, 1, 3, 2) == 35 + 100 + 2);
    CHECK(train.x(12, 31, 31, 1) == (1023 + 50 + 1) % 256);
    CHECK(train.y(12) == 1);
    CHECK(train.y(21) == 0);
    const auto bytes = cifar10::load<std::uint8_t>(folder.path);
    CHECK(bytes.test.x(2, 1, 3, 2) == 137);

    folder.write("train.bin", pictures(4, 2, 20));
    folder.write("test.bin", pictures(2, 2, 20));
    CHECK(cifar100::load(folder.path).train.y(3) == 4);
    CHECK(cifar100::load(folder.path, cifar100::Labels::coarse).train.y(3) == 3);
    CHECK(cifar100::load(folder.path).test.x(1, 0, 1, 0) == 2);

    const auto refused = [&](const std::string& content) {
        folder.write("test_batch.bin", content);
        const auto text = refusal_of([&] { cifar10::load(folder.path); });
        return text.substr(text.find("test_batch.bin"));
    };
    CHECK(refused("") == "test_batch.bin: has 0 bytes, a multiple of 3073 was needed; copy CIFAR-10's binary version again");
    CHECK(says(refused(pictures(2, 1, 10).substr(1)), "has 6145 bytes"));
    CHECK(refused(pictures(11, 1, 11)) == "test_batch.bin: label 10 is 10, 0 to 9 were needed; is it CIFAR-10's binary version?");
}

TEST_CASE("iris and wine are samples of their CSV files", "[data]")
{
    const Temporary folder("tables");
    const auto flowers = iris::load(folder.write("iris.data", "5.1,3.5,1.4,0.2,Iris-setosa\n6.3,2.9,5.6,1.8,Iris-virginica\n\n"));
    CHECK(flowers.x.shape() == std::array<std::size_t, 2>{2, 4});
    CHECK(flowers.x(1, 2) == 5.6f);
    CHECK(flowers.y(0) == 0);
    CHECK(flowers.y(1) == 2);
    CHECK(says(refusal_of([&] { iris::load(folder.write("iris.csv", "1,2,3,4,5\n")); }), "iris.csv: \"5\" is no species"));
    CHECK(says(refusal_of([&] { iris::load(folder.write("iris.csv", "a,b,c,d,e\n")); }),
               "line 1, column \"features_0\": \"a\" is no number"));

    const auto wines =
        wine::load(folder.write("wine.data", "3,14.23,1.71,2.43,15.6,127,2.8,3.06,.28,2.29,5.64,1.04,3.92,1065\n"));
    CHECK(wines.x(0, 12) == 1065);
    CHECK(wines.x(0, 7) == .28f);
    CHECK(wines.y(0) == 2);
    CHECK(
        says(refusal_of([&] { wine::load(folder.write("wine.csv", "0,1,2,3,4,5,6,7,8,9,10,11,12,13\n")); }), "a cultivar is 0"));
}
