// CSVLogger: the table as Keras writes it, what it goes on with, and a disk that is full.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"
#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/csv_logger.hpp>

#include <limits>
#include <string>

using namespace lamina;

static_assert(Callback<CSVLogger>);

TEST_CASE("a line an epoch, columns by name, all digits", "[training][callbacks]")
{
    const Temporary folder("csv");
    const auto path = folder.write("log.csv", "something old\n");
    CSVLogger logger{.path = path};
    Training t;
    run(logger, t, "accuracy",
        {0.1, 1.0 / 3, 1e-9, std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()});
    CHECK(read_file(path) == "epoch,accuracy,loss\n0,0.1,0.5\n1,0.3333333333333333,0.5\n2,1e-09,0.5\n3,nan,0.5\n4,-inf,0.5\n");
    run(logger, t, "b", {1});
    CHECK(read_file(path) == "epoch,b,loss\n0,1,0.5\n");
}

TEST_CASE("each line is in the file when its epoch is over", "[training][callbacks]")
{
    const Temporary folder("csv-lines");
    CSVLogger logger{.path = folder.path / "log.csv", .separator = ';'};
    Training t;
    logger.on_train_begin(t);
    CHECK(read_file(logger.path).empty());
    t.logs.set("loss", 2);
    t.logs.set("a;\"b\"", 3);
    logger.on_epoch_end(t);
    CHECK(read_file(logger.path) == "epoch;\"a;\"\"b\"\"\";loss\n0;3;2\n");
    t.epoch = 1;
    t.logs = {};
    t.logs.set("loss", 1);
    t.logs.set("later", 1);
    logger.on_epoch_end(t);
    CHECK(read_file(logger.path) == "epoch;\"a;\"\"b\"\"\";loss\n0;3;2\n1;NA;1\n");
}

TEST_CASE("a file that is there is gone on with", "[training][callbacks]")
{
    const Temporary folder("csv-append");
    Training t;
    CSVLogger logger{.path = folder.path / "log.csv", .append = true};
    run(logger, t, "accuracy", {0.25});
    run(logger, t, "accuracy", {0.75});
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\n0,0.25,0.5\n0,0.75,0.5\n");

    folder.write("log.csv", "epoch,accuracy,loss\r\n0,0.25,0.5"); // as Keras ends lines, and cut off
    run(logger, t, "accuracy", {0.75});
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\r\n0,0.25,0.5\n0,0.75,0.5\n");

    folder.write("log.csv", "a shopping list\n");
    CHECK(says(refusal([&] { run(logger, t, "accuracy", {0.75}); }),
               "log.csv: has the columns a shopping list, this training writes epoch,accuracy,loss; append to another file"));
    CHECK(read_file(logger.path) == "a shopping list\n");
}

TEST_CASE("what cannot be written is refused in one sentence, and no half line is left", "[training][callbacks]")
{
    const Temporary folder("csv-full");
    Training t;
    CSVLogger logger{.path = folder.path / "log.csv"};
    run(logger, t, "accuracy", {0.25});
    const auto old = read_file(logger.path);
    logger.append = true;
    std::string why;
    {
        const FullDisk full(old.size() + 5);
        why = refusal([&] { run(logger, t, "accuracy", {0.75}); });
    }
    CHECK(why == logger.path.string() +
                     ": the figures of an epoch cannot be written (File too large); the epochs before it are in the file");
    CHECK(read_file(logger.path) == old);

    CSVLogger missing{.path = folder.path / "missing" / "log.csv"};
    CHECK(says(refusal([&] { run(missing, t, "accuracy", {0.75}); }),
               "cannot be opened for the figures of the training (No such file or directory)"));
    CSVLogger directory{.path = folder.path};
    CHECK(says(refusal([&] { run(directory, t, "accuracy", {0.75}); }), "(Is a directory)"));
    {
        const LockedFolder locked(folder.path);
        CSVLogger forbidden{.path = folder.path / "other.csv"};
        CHECK(says(refusal([&] { run(forbidden, t, "accuracy", {0.75}); }), "(Permission denied)"));
    }
}
