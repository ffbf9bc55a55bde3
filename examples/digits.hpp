// The command line that the examples share, and the digits it chooses: MNIST where --data names its folder, else drawn ones.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/random.hpp>
#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/mnist.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

/// What the command line of an example says.
struct Options {
    std::string data = "";    ///< --data DIR: the folder with MNIST's four idx files; empty: draw digits
    std::size_t epochs = 100; ///< --epochs N: at most so many
    std::uint64_t seed = 1;   ///< --seed N: of the weights, the shuffling and the drawn digits
    std::size_t threads = 1;  ///< --threads N
    std::string load = "";    ///< --load FILE: a saved model; nothing is trained then
    std::string output = "."; ///< --output DIR: where files are written; it exists
};

/// Reads the command line. Prints help, or what is wrong with it, and ends the program where that is all there is to do.
inline Options options(int argc, char** argv)
{
    Options result;
    CLI::App app("LeNet-5 learns to read digits.");
    app.add_option("--data", result.data, "folder with MNIST's four idx files, plain or gzip; without it digits are drawn")
        ->type_name("DIR");
    app.add_option("--epochs", result.epochs, "train for at most N epochs")
        ->type_name("N")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    app.add_option("--seed", result.seed, "seed of everything random")->type_name("N")->capture_default_str();
    app.add_option("--threads", result.threads, "threads to train with")
        ->type_name("N")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--load", result.load, "evaluate a model that was saved, instead of training one")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    app.add_option("--output", result.output, "existing folder for the files written")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory)
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& problem) {
        std::exit(app.exit(problem));
    }
    return result;
}

/// The digits for training and testing; says on stdout which they are. Drawn ones for testing come from another seed.
inline lamina::mnist::Data digits(const Options& settings)
{
    if (settings.data.empty()) {
        std::cout << "Data: 8000 drawn digits (no --data given), 2000 others for test\n";
        return {lamina::drawn_digits(8000, lamina::Seed{2 * settings.seed}),
                lamina::drawn_digits(2000, lamina::Seed{2 * settings.seed + 1})};
    }
    try {
        auto data = lamina::mnist::load(settings.data);
        std::cout << "Data: MNIST from " << settings.data << ", " << data.train.size() << " train, " << data.test.size()
                  << " test\n";
        return data;
    }
    catch (const lamina::error& problem) {
        std::cerr << problem.what() << '\n';
        std::exit(1);
    }
}

/// `auto [train, test] = digits(argc, argv);` for a program that takes the other options as they come.
inline lamina::mnist::Data digits(int argc, char** argv) { return digits(options(argc, argv)); }
