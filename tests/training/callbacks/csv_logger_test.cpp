// CSVLogger: the table as Keras writes it, what it goes on with, and a disk that is full.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"
#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/csv_logger.hpp>

#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include <sys/stat.h>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<CSVLogger>);

TEST_CASE("a line an epoch, columns by name, all digits", "[training][callbacks]")
{
    const Temporary folder("csv");
    const auto path = folder.write("log.csv", "something old\n");
    CSVLogger logger{.path = path};
    TrainingState t;
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
    TrainingState t;
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
    TrainingState t;
    CSVLogger logger{.path = folder.path / "log.csv", .append = true};
    run(logger, t, "accuracy", {0.25});
    run(logger, t, "accuracy", {0.75});
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\n0,0.25,0.5\n0,0.75,0.5\n");

    folder.write("log.csv", "epoch,accuracy,loss\r\n0,0.25,0.5"); // as Keras ends lines, and cut off
    run(logger, t, "accuracy", {0.75});
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\r\n0,0.25,0.5\n0,0.75,0.5\n");

    folder.write("log.csv", "a shopping list\n");
    CHECK(says(refusal_of([&] { run(logger, t, "accuracy", {0.75}); }),
               "log.csv: has the columns a shopping list, this training writes epoch,accuracy,loss; append to another file"));
    CHECK(read_file(logger.path) == "a shopping list\n");
}

TEST_CASE("what cannot be written is refused in one sentence, and no half line is left", "[training][callbacks]")
{
    const Temporary folder("csv-full");
    TrainingState t;
    CSVLogger logger{.path = folder.path / "log.csv"};
    run(logger, t, "accuracy", {0.25});
    const auto old = read_file(logger.path);
    logger.append = true;
    std::string why;
    {
        const FullDisk full(old.size() + 5);
        why = refusal_of([&] { run(logger, t, "accuracy", {0.75}); });
    }
    CHECK(why == logger.path.string() +
                     ": the figures of an epoch cannot be written (File too large); the epochs before it are in the file");
    CHECK(read_file(logger.path) == old);

    CSVLogger missing{.path = folder.path / "missing" / "log.csv"};
    CHECK(says(refusal_of([&] { run(missing, t, "accuracy", {0.75}); }),
               "cannot be opened for the figures of the training (No such file or directory)"));
    CSVLogger directory{.path = folder.path};
    CHECK(says(refusal_of([&] { run(directory, t, "accuracy", {0.75}); }), "is a folder, a file was needed"));
    CSVLogger nameless{.path = ""};
    CHECK(says(refusal_of([&] { run(nameless, t, "accuracy", {0.75}); }), "the name of the file is empty"));
    {
        const LockedFolder locked(folder.path);
        CSVLogger forbidden{.path = folder.path / "other.csv"};
        CHECK(says(refusal_of([&] { run(forbidden, t, "accuracy", {0.75}); }), "(Permission denied)"));
    }
}

TEST_CASE("what is wrong with the file shows before the first epoch where the figures are known", "[training][callbacks]")
{
    const Temporary folder("csv-begin");
    TrainingState t;
    t.figures.set("loss", 0);
    t.figures.set("accuracy", 0);
    const auto begin = [&](CSVLogger logger) { return refusal_of([&] { logger.on_train_begin(t); }); };
    const auto list = folder.write("list", "a shopping list\n");
    CHECK(
        says(begin({.path = list, .append = true}), "has the columns a shopping list, this training writes epoch,accuracy,loss"));
    CHECK(read_file(list) == "a shopping list\n");
    CHECK(begin({.path = "/dev/full"}) == "/dev/full: the names of the figures cannot be written (No space left on device)");
    const auto mine = folder.write("mine", "");
    std::filesystem::permissions(mine, std::filesystem::perms(0444));
    std::string why;
    {
        const LockedFolder user(folder.path); // root may write everything
        why = begin({.path = mine});
    }
    CHECK(says(why, "mine: cannot be written (Permission denied); the file that is there is write-protected"));

    CSVLogger logger{.path = folder.path / "log.csv"};
    logger.on_train_begin(t);
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\n");
    t.logs.set("loss", 2);
    t.logs.set("accuracy", 0.5);
    logger.on_epoch_end(t);
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\n0,0.5,2\n");
    logger.append = true;
    logger.on_train_begin(t);
    CHECK(read_file(logger.path) == "epoch,accuracy,loss\n0,0.5,2\n");
}

TEST_CASE("links, devices and pipes are written to as the file they are", "[training][callbacks]")
{
    const Temporary folder("csv-pipe");
    TrainingState t;
    CSVLogger nothing{.path = "/dev/null"};
    run(nothing, t, "accuracy", {0.25, 0.5});
    const auto target = folder.write("target", ""), link = folder.path / "link", pipe = folder.path / "pipe";
    std::filesystem::create_symlink("target", link);
    CSVLogger linked{.path = link};
    run(linked, t, "accuracy", {0.25});
    CHECK(std::filesystem::is_symlink(link));
    CHECK(read_file(target) == "epoch,accuracy,loss\n0,0.25,0.5\n");

    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::string all; // to the end that the last writer makes: it stays open from epoch to epoch
    std::thread reader([&] {
        std::ifstream from(pipe);
        for (std::string line; std::getline(from, line);) all += line + '|';
    });
    CSVLogger piped{.path = pipe};
    run(piped, t, "accuracy", {0.25, 0.5});
    reader.join();
    CHECK(all == "epoch,accuracy,loss|0,0.25,0.5|1,0.5,0.5|");
}
