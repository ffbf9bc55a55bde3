// CheckpointManager: numbers, the last and the best, what another process left, and what it must not touch.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"

#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/layers/core/dense.hpp>

#include <algorithm>
#include <limits>

#include <sys/wait.h>

using namespace lamina;
using namespace lamina::internals;
using NameList = std::vector<std::string>;

namespace {

NameList files_in(const std::filesystem::path& folder)
{
    NameList found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::string name_of_file(const std::optional<std::filesystem::path>& path) { return path ? path->filename().string() : "none"; }

} // namespace

TEST_CASE("the last checkpoints and the best are kept", "[graph][checkpoint]")
{
    const Temporary folder("manager");
    int step = 0;
    CheckpointManager manager(Checkpoint{{"step", step}}, folder.path / "run" / "deep", {.max_to_keep = 2});
    CHECK_FALSE(manager.latest());
    CHECK_FALSE(manager.best());
    CHECK_FALSE(manager.restore_latest());
    for (const double loss : {0.5, 0.2, 0.4, 0.2, std::numeric_limits<double>::quiet_NaN()}) {
        ++step;
        manager.save(loss);
    }
    CHECK(files_in(folder.path / "run" / "deep") ==
          NameList{"checkpoint-2.safetensors", "checkpoint-4.safetensors", "checkpoint-5.safetensors"});
    CHECK(name_of_file(manager.latest()) == "checkpoint-5.safetensors");
    CHECK(name_of_file(manager.best()) == "checkpoint-2.safetensors");
    CHECK(manager.restore_best());
    CHECK(step == 2);
    CHECK(manager.restore_latest());
    CHECK(step == 5);

    // Another process goes on where this one stopped.
    CheckpointManager again(Checkpoint{{"step", step}}, folder.path / "run" / "deep",
                            {.max_to_keep = 2, .larger_is_better = true});
    CHECK(name_of_file(again.latest()) == "checkpoint-5.safetensors");
    CHECK(name_of_file(again.best()) == "checkpoint-2.safetensors");
    CHECK(again.save(0.9).filename() == "checkpoint-6.safetensors");
    CHECK(name_of_file(again.best()) == "checkpoint-6.safetensors");
    CHECK(files_in(folder.path / "run" / "deep") == NameList{"checkpoint-5.safetensors", "checkpoint-6.safetensors"});
}

TEST_CASE("all are kept where nothing else is asked for, and the best need not be", "[graph][checkpoint]")
{
    const Temporary folder("manager_all");
    int step = 0;
    CheckpointManager all(Checkpoint{{"step", step}}, folder.path / "all", {.max_to_keep = 0});
    for (int i = 0; i < 12; ++i) all.save();
    CHECK(files_in(folder.path / "all").size() == 12);
    CHECK(name_of_file(CheckpointManager(Checkpoint{{"step", step}}, folder.path / "all").latest()) ==
          "checkpoint-12.safetensors");
    CHECK_FALSE(all.best());

    CheckpointManager last(Checkpoint{{"step", step}}, folder.path / "last", {.max_to_keep = 1, .keep_best = false});
    last.save(0.1), last.save(0.2);
    CHECK(files_in(folder.path / "last") == NameList{"checkpoint-2.safetensors"});
}

TEST_CASE("only what a dead process left of a save is removed", "[graph][checkpoint]")
{
    const Temporary folder("manager_parts");
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    const std::string dead = "checkpoint-3.safetensors.part" + std::to_string(child) + "-0";
    const std::string living = "checkpoint-3.safetensors.part" + std::to_string(::getpid()) + "-7";
    folder.write(dead, "half");
    NameList others{living,          "checkpoint-.safetensors", "checkpoint-03.safetensors", "checkpoint-x.safetensors",
                    "notes.part1-0", "model.safetensors"};
    for (const auto& name : others) folder.write(name, "mine");
    int step = 0;
    CheckpointManager manager(Checkpoint{{"step", step}}, folder.path);
    std::sort(others.begin(), others.end());
    CHECK(files_in(folder.path) == others);
    CHECK(manager.save().filename() == "checkpoint-1.safetensors");

    folder.write("checkpoint-8.safetensors", "no checkpoint");
    CHECK(says(refusal_of([&] { CheckpointManager(Checkpoint{{"step", step}}, folder.path); }), "checkpoint-8.safetensors"));
    folder.write("file", "");
    CHECK(says(refusal_of([&] { CheckpointManager(Checkpoint{{"step", step}}, folder.path / "file"); }), "cannot be made"));
}

TEST_CASE("a folder that is no use is refused before there is something to save", "[graph][checkpoint]")
{
    const Temporary folder("manager_folder");
    int step = 0;
    const auto why = [&](const std::filesystem::path& where) {
        return refusal_of([&] { CheckpointManager(Checkpoint{{"step", step}}, where); });
    };
    CHECK(says(why(""), "the name of the folder is empty"));
    std::filesystem::create_directory(folder.path / "store");
    std::filesystem::create_directory_symlink("store", folder.path / "link");
    CHECK(why(folder.path / "link").empty());
    {
        const LockedFolder locked(folder.path / "store");
        CHECK(says(why(folder.path / "store"), "store: holds no checkpoint, and none can be made in it (Permission denied)"));
    }
    step = 3;
    CheckpointManager(Checkpoint{{"step", step}}, folder.path / "link").save();
    step = 0;
    {
        const LockedFolder locked(folder.path / "store"); // what is there can be read
        CheckpointManager manager(Checkpoint{{"step", step}}, folder.path / "store");
        CHECK(manager.restore_latest());
        CHECK(says(refusal_of([&] { manager.save(); }), "cannot be created (Permission denied)"));
    }
    CHECK(step == 3);
    std::filesystem::permissions(folder.path / "store", std::filesystem::perms(0));
    {
        const LockedFolder user(folder.path);
        CHECK(says(why(folder.path / "store"), "cannot be read (Permission denied)"));
    }
    std::filesystem::permissions(folder.path / "store", std::filesystem::perms(0755));
}
