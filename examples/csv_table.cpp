// A table: a CSV file of flats becomes a model that says what one costs. Numbers go in as they stand in the file, since the model normalizes
// them by itself; whoever serves its predictions needs the saved file and nothing else.
#include <lamina/data.hpp>
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

using namespace lamina;

/// A row of the file. Fields are found by the names in the file's first line; other columns are passed over.
struct Flat {
    float area = 0, rooms = 0;
    std::optional<float> built; ///< empty where nobody knows
    std::string district;
    float price = 0;
};

/// What a model sees of a flat: area, rooms, age, whether the age is known, and the district as three numbers.
std::array<float, 7> features_of(const Flat& flat)
{
    return {flat.area,
            flat.rooms,
            flat.built ? 2026 - *flat.built : 40,
            float(flat.built.has_value()),
            float(flat.district == "harbor"),
            float(flat.district == "center"),
            float(flat.district == "hills")};
}

/// The table of somebody else, with a column that nobody asked for, empty cells and a line that is damaged.
void write_table(const char* path, std::size_t rows, Seed seed)
{
    std::ofstream file(path);
    file << "id,district,area,rooms,built,price\n";
    Random random(seed);
    const char* const districts[] = {"harbor", "center", "hills"};
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t where = random.below(3);
        const double area = std::round(random.uniform(25, 140)), rooms = std::round(area / 28 + random.uniform(0, 1.5)),
                     built = std::round(random.uniform(1900, 2026));
        const double price = area * (2.4 + 0.8 * double(where) + 0.006 * (built - 1900)) + 12 * rooms + 9 * random.normal();
        file << i << ",\"" << districts[where] << "\"," << area << ',' << rooms << ',';
        if (i % 9 != 0) file << built;
        file << ',' << price << '\n';
        if (i == 100) file << "101,center,fifty,2,1990,100\n";
    }
}

using Price = Sequential<Input<7>, Normalization<>, Dense<32, Relu>, Dense<32, Relu>, Dense<1>>;

int main()
{
    write_table("flats.csv", 3000, Seed{1});

    // What cannot be read is told, with its line, or left out.
    const auto table = csv<Flat>("flats.csv");
    try {
        for (const Flat& flat : table) (void)flat;
    }
    catch (const error& wrong) {
        std::cout << wrong.what() << '\n';
    }
    const auto samples = table | ignore_errors() |
                         map([](const Flat& flat) { return std::pair(features_of(flat), flat.price); }) | cache() |
                         shuffle(4000, Seed{2}, {.each_epoch = false});
    const auto test = samples | take(500) | batch(500);
    const auto training = samples | skip(500) | batch(5000);

    auto model = build<Price>(Seed{3});
    const auto [x, y] = Iterator(training).next();
    const auto [test_x, test_y] = Iterator(test).next();
    model.layer<0>().adapt(x);
    auto trainer = compile(model, Adam{.learning_rate = 3e-3f}, MeanAbsoluteError{});
    trainer.fit(x, y, {.epochs = 60});
    save(model, "price.safetensors");

    // Elsewhere, later: a flat as somebody types it in.
    auto served = load<Price>("price.safetensors");
    const Flat asked{.area = 70, .rooms = 3, .built = 1975, .district = "center", .price = 0};
    std::cout << "70 square meters in the center, built in 1975: " << predict(served, features_of(asked))(0)
              << ", by the rule of the table " << 70 * (2.4 + 0.8 + 0.006 * 75) + 12 * 3 << '\n';
    const Logs figures = evaluate(served, Samples{test_x, test_y}, MeanAbsoluteError{});
    std::cout << "mean error " << figures["loss"] << " of a mean price of " << xt::mean(test_y)() << '\n';
}
