// Files are whole or not there: what is written, what is left behind, and what is said.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"

#include <lamina/core/file.hpp>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace lamina;
using names = std::set<std::string>;

TEST_CASE("a file is written whole and replaces the one before", "[core][file]")
{
    const Temporary folder("file");
    const auto path = folder.path / "a.bin";
    const std::string bytes("\0binary\r\n\xFF", 10);
    write_file_atomically(path, bytes);
    CHECK(read_file(path) == bytes);
    write_file_atomically(path, "");
    CHECK(read_file(path).empty());
    const std::string large(300'000, 'x');
    write_file_atomically(path, large);
    CHECK(read_file(path) == large);
    CHECK(names_in(folder.path) == names{"a.bin"});
}

TEST_CASE("nothing is there before the commit, and nothing after a change of mind", "[core][file]")
{
    const Temporary folder("file-commit");
    const auto path = folder.write("a", "old");
    {
        AtomicFile file(path);
        file.write("new");
        CHECK(read_file(path) == "old");
    }
    CHECK(read_file(path) == "old");
    CHECK(names_in(folder.path) == names{"a"});
    {
        AtomicFile file(path);
        file.write("new");
        file.commit();
        CHECK(read_file(path) == "new");
    }
    CHECK(read_file(path) == "new");
    CHECK(names_in(folder.path) == names{"a"});
}

TEST_CASE("a path is a text of any kind or a std::filesystem::path", "[core][file]")
{
    const Temporary folder("file-paths");
    const std::filesystem::path path = folder.path / "a";
    const std::string text = path.string();
    write_file_atomically(path, "1");
    CHECK(read_file(text) == "1");
    write_file_atomically(text.c_str(), "2");
    CHECK(read_file(std::string_view(text)) == "2");
    CHECK(FilePath(path).string() == text);
    CHECK_THROWS_WITH(read_file("/dev/null"), "/dev/null: is no regular file, one was needed");
}

TEST_CASE("a path without a folder is a file where the program runs", "[core][file]")
{
    const Temporary folder("file-relative");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path);
    write_file_atomically("a", "here");
    std::filesystem::current_path(before);
    CHECK(read_file(folder.path / "a") == "here");
}

TEST_CASE("a full disk leaves the old file and no other", "[core][file]")
{
    const Temporary folder("file-full");
    const auto path = folder.write("a", "old");
    // Above the buffer the write itself fails, below it only the flush does.
    for (const std::size_t bytes : {std::size_t{200}, std::size_t{100'000}}) {
        std::string why;
        {
            const FullDisk full(100);
            why = refusal([&] { write_file_atomically(path, std::string(bytes, 'x')); });
        }
        CHECK(why == path.string() + ": cannot be written (File too large); what was there before is unchanged");
        CHECK(read_file(path) == "old");
        CHECK(names_in(folder.path) == names{"a"});
    }
}

TEST_CASE("what a process that is gone has left is told from all else", "[core][file]")
{
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    const std::string gone = std::to_string(child), own = std::to_string(::getpid());
    CHECK(AtomicFile::abandoned("a.part" + gone + "-0") == "a");
    CHECK(AtomicFile::abandoned("b.part1-2.safetensors.part" + gone + "-17") == "b.part1-2.safetensors");
    for (const std::string& name : {"a.part" + own + "-0", "a.part" + gone + "-0.part" + own + "-0", "a.port" + gone + "-0",
                                    std::string("a"), std::string(), std::string("a.part"), std::string("a.part-5-0"),
                                    std::string("a.part0-0"), std::string("a.part99999999999999999999-0"), "a.part" + gone}) {
        CAPTURE(name);
        CHECK(AtomicFile::abandoned(name).empty());
    }

    const Temporary folder("file-own");
    AtomicFile file(folder.path / "a");
    for (const auto& name : names_in(folder.path)) CHECK(AtomicFile::abandoned(name).empty());
}

TEST_CASE("what cannot be written is refused in one sentence", "[core][file]")
{
    const Temporary folder("file-refused");
    const auto missing = folder.path / "missing" / "a";
    CHECK(refusal([&] { write_file_atomically(missing, "x"); }) ==
          missing.string() + ": cannot be created (No such file or directory); what was there before is unchanged");

    std::filesystem::create_directories(folder.path / "folder" / "inner");
    const auto why = refusal([&] { write_file_atomically(folder.path / "folder", "x"); });
    CHECK(says(why, "cannot be put in place (Is a directory)"));
    CHECK(names_in(folder.path) == names{"folder"});
    CHECK(names_in(folder.path / "folder") == names{"inner"});

    const auto old = folder.write("a", "old");
    {
        const LockedFolder locked(folder.path);
        CHECK(says(refusal([&] { write_file_atomically(old, "x"); }), "cannot be created (Permission denied)"));
    }
    CHECK(read_file(old) == "old");
    CHECK_FALSE(refusal([&] { write_file_atomically("", "x"); }).empty());
}

TEST_CASE("what cannot be read is refused in one sentence", "[core][file]")
{
    const Temporary folder("file-read");
    CHECK(refusal([&] { read_file(folder.path / "a"); }) ==
          (folder.path / "a").string() + ": cannot be opened (No such file or directory)");
    CHECK(refusal([&] { read_file(folder.path); }) == folder.path.string() + ": is a folder, a file was needed");
}

TEST_CASE("threads that write one name at once leave one of their files, whole", "[core][file][threads]")
{
    const Temporary folder("file-threads");
    const auto path = folder.path / "a";
    std::atomic<int> failures = 0;
    std::vector<std::thread> writers;
    for (char letter : {'a', 'b', 'c', 'd'})
        writers.emplace_back([&, letter] {
            for (int i = 0; i < 10; ++i)
                if (!refusal([&] { write_file_atomically(path, std::string(20'000, letter)); }).empty()) ++failures;
        });
    for (auto& writer : writers) writer.join();
    CHECK(failures == 0);
    const auto bytes = read_file(path);
    REQUIRE(bytes.size() == 20'000);
    CHECK(bytes.find_first_not_of(bytes[0]) == bytes.npos);
    CHECK(names_in(folder.path) == names{"a"});
}
