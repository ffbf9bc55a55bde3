// A program in a country that writes 0,25 and 1.000: lamina prints and reads numbers with a point all the same.
// flags: -O1
// compilers: both
// expect: all numbers have points
#include <lamina/core/file.hpp>
#include <lamina/draw/bars.hpp>
#include <lamina/draw/curves.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/lamina.hpp>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <locale>
#include <sstream>
#include <string>

using namespace lamina;
using namespace lamina::internals;

// For streams.
struct Commas : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

int wrong = 0;

void expect(const std::string& text, const std::string& part)
{
    if (text.find(part) != text.npos) return;
    std::cout << "there is no \"" << part << "\" in: " << text.substr(0, 2000) << std::endl;
    ++wrong;
}

template <class Thing> std::string streamed(const Thing& thing)
{
    std::ostringstream to;
    to << thing;
    return to.str();
}

// For the C library: a locale of our own, if localedef is here.
bool use_commas_in_c(const std::filesystem::path& folder)
{
    std::ofstream(folder / "source") << "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n";
    const std::string made = "localedef -c -i '" + (folder / "source").string() + "' '" + (folder / "comma").string() + "' 2>&1";
    if (std::FILE* const output = ::popen(made.c_str(), "r")) {
        while (std::fgetc(output) != EOF) {}
        ::pclose(output);
    }
    ::setenv("LOCPATH", folder.c_str(), 1);
    char text[8] = "";
    if (std::setlocale(LC_NUMERIC, "comma")) std::snprintf(text, sizeof text, "%.1f", 0.5);
    return std::string(text) == "0,5";
}

int main()
{
    const auto folder = std::filesystem::temp_directory_path() / ("lamina-comma-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    if (!use_commas_in_c(folder)) std::cout << "skipped for the C library: no locale could be made\n";
    std::locale::global(std::locale(std::locale(), new Commas));
    expect(streamed(1234.5), "1.234,5"); // the test tests

    using Model = Sequential<Input<2>, Dense<600, Tanh>, Dense<1>>;
    auto model = build<Model>(Seed{1});
    expect(summary(model), "KB");
    expect(summary(model), "9.38 KB");

    std::string text;
    append(text, {0.25, ' ', 1e-30, ' ', 1.5e300, ' ', 1234567.0, ' ', -0.5f, ' ', 12345678});
    expect(text, "0.25 1e-30 1.5e+300 1.23457e+06 -0.5 12345678");
    try {
        draw::bars({{"a", -1.5}});
        ++wrong;
    }
    catch (const error& problem) {
        expect(problem.what(), "is -1.5, zero");
    }

    Samples samples{xt::xtensor<float, 2>::from_shape({8, 2}), xt::xtensor<float, 2>::from_shape({8, 1})};
    samples.x.fill(0.5f);
    samples.y.fill(0.25f);
    auto trainer = compile(model, SGD{0.0}, MeanSquaredError{});
    std::FILE* const screen = std::tmpfile();
    CSVLogger logger{.path = folder / "log.csv"};
    const auto history =
        trainer.fit(samples, {.epochs = 3}, ProgressBar{.out = screen}, logger, EarlyStopping{.monitor = "loss"});
    std::string shown(4096, '\0');
    std::rewind(screen);
    shown.resize(std::fread(shown.data(), 1, shown.size(), screen));
    std::fclose(screen);
    for (const auto& one : {shown, streamed(history), history.stopped_by, read_file(folder / "log.csv")}) {
        expect(one, "0.");
        if (one.find("0,") != one.npos && one.find("epoch,loss\n0,0.") == one.npos) {
            std::cout << "a comma in: " << one << std::endl;
            ++wrong;
        }
    }
    Logs logs;
    logs.set("small", 0.00025);
    logs.set("large", 12345.5);
    expect(streamed(logs), "small 2.5000e-04, large 12345.5000");
    History many;
    many.epochs.resize(1200, logs);
    expect(streamed(many), "epoch 1200: small 2.5");
    expect(streamed(Shape{1000, 2000}), "[1000, 2000]");
    expect(streamed(state(model)[0]), "0/kernel [2, 600] float32");
    expect(draw::curves({{"loss", {0.75, 0.125}}}).str(), ">0.125<");
    expect(draw::bars({{"a", 1234.5}, {"b", 0.5}}).str(), ">0.5<");

    double kept = 0.1, back = kept;
    Checkpoint checkpoint{{"kept", kept}};
    checkpoint.save(folder / "c");
    kept = 0;
    checkpoint.restore(folder / "c");
    if (kept != back) ++wrong;
    save(model, folder / "m");
    load(model, folder / "m");
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 0), }";
    std::string bytes = "\x93NUMPY";
    bytes += {'\1', '\0', static_cast<char>(header.size()), '\0'};
    if (npy::parse(bytes + header, "a").shape[0] != 1000) ++wrong;

    std::filesystem::remove_all(folder);
    if (wrong == 0) std::cout << "all numbers have points" << std::endl;
    return wrong;
}
