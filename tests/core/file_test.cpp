// Files are whole or not there: what is written, what is left behind, and what is said.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"

#include <lamina/core/file.hpp>

#include <atomic>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;
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
            why = refusal_of([&] { write_file_atomically(path, std::string(bytes, 'x')); });
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
    CHECK(refusal_of([&] { write_file_atomically(missing, "x"); }) ==
          missing.string() + ": cannot be created (No such file or directory); make its folder first, or choose another");

    std::filesystem::create_directories(folder.path / "folder" / "inner");
    const auto inner = folder.path / "folder";
    CHECK(refusal_of([&] { write_file_atomically(inner, "x"); }) == inner.string() + ": is a folder, a file was needed");
    for (const std::string& name : {inner.string() + '/', (folder.path / "new").string() + '/'})
        CHECK(refusal_of([&] { write_file_atomically(name, "x"); }) ==
              name + ": names a folder, as it ends in a slash; a file was needed");
    CHECK(names_in(folder.path) == names{"folder"});
    CHECK(names_in(folder.path / "folder") == names{"inner"});

    const auto old = folder.write("a", "old");
    std::filesystem::permissions(old, std::filesystem::perms(0666));
    {
        const LockedFolder locked(folder.path);
        CHECK(refusal_of([&] { write_file_atomically(old, "x"); }) ==
              old.string() +
                  ": cannot be created (Permission denied); what was there before is unchanged, as it is only replaced by "
                  "a whole file that lies beside it; choose a folder where files can be made");
        CHECK(says(refusal_of([&] { write_file_atomically(folder.path / "b", "x"); }),
                   "; choose a folder where files can be made"));
    }
    CHECK(read_file(old) == "old");

    const std::string nameless = "the name of the file is empty; give a name, such as \"model.safetensors\"";
    CHECK(refusal_of([&] { write_file_atomically("", "x"); }) == nameless);
    CHECK(refusal_of([&] { write_file_atomically(static_cast<const char*>(nullptr), "x"); }) == nameless); // as getenv may give
    CHECK(refusal_of([&] { read_file(""); }) == nameless);
    const std::string cut = (folder.path / "cut").string() + '\0' + "off";
    CHECK(says(refusal_of([&] { write_file_atomically(cut, "x"); }), "cut: the name of the file goes on after a zero byte"));
    CHECK(names_in(folder.path) == names{"a", "folder"});
}

namespace {

unsigned mode_of(const std::filesystem::path& path) { return static_cast<unsigned>(std::filesystem::status(path).permissions()); }

/// Sets what new files may not allow while it lives.
struct Umask {
    mode_t old;
    explicit Umask(mode_t mask) : old(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(old); }
};

} // namespace

TEST_CASE("links are followed, and what they lead to is replaced or made", "[core][file]")
{
    const Temporary folder("file-links");
    std::filesystem::create_directory(folder.path / "store");
    const auto target = folder.write("store/target", "old"), link = folder.path / "link", chain = folder.path / "chain";
    std::filesystem::create_symlink("store/target", link);
    std::filesystem::create_symlink(link, chain);
    write_file_atomically(chain, "new");
    CHECK(read_file(target) == "new");
    CHECK(std::filesystem::read_symlink(link) == "store/target");
    CHECK(std::filesystem::read_symlink(chain) == link);

    std::filesystem::create_directory_symlink("store", folder.path / "place"); // a link on the way
    write_file_atomically(folder.path / "place" / "target", "newer");
    CHECK(read_file(target) == "newer");

    std::filesystem::remove(target); // now the links dangle
    write_file_atomically(chain, "made");
    CHECK(read_file(target) == "made");
    CHECK(std::filesystem::is_symlink(link));
    CHECK(names_in(folder.path) == names{"store", "link", "chain", "place"});
    CHECK(names_in(folder.path / "store") == names{"target"});

    const auto lost = folder.path / "lost", circle = folder.path / "circle";
    std::filesystem::create_symlink("missing/target", lost);
    CHECK(says(refusal_of([&] { write_file_atomically(lost, "x"); }), "lost: cannot be created (No such file or directory)"));
    std::filesystem::create_symlink("circle", circle);
    CHECK(says(refusal_of([&] { write_file_atomically(circle, "x"); }), "circle: cannot be written (Too many levels"));
    CHECK(std::filesystem::is_symlink(circle));
}

TEST_CASE("a file keeps its mode, a new one has what the mask leaves", "[core][file]")
{
    const Temporary folder("file-modes");
    const auto secret = folder.write("secret", "old"), shared = folder.write("shared", "old"), made = folder.path / "made";
    std::filesystem::permissions(secret, std::filesystem::perms(0600));
    std::filesystem::permissions(shared, std::filesystem::perms(0666));
    const Umask mask(0027);
    write_file_atomically(secret, "new");
    write_file_atomically(shared, "new");
    write_file_atomically(made, "new");
    CHECK(mode_of(secret) == 0600);
    CHECK(mode_of(shared) == 0666);
    CHECK(mode_of(made) == 0640);
    {
        AtomicFile file(secret); // nobody reads what is not there yet, either
        for (const auto& name : names_in(folder.path))
            CHECK((!name.starts_with("secret") || mode_of(folder.path / name) == 0600));
    }

    std::filesystem::permissions(shared, std::filesystem::perms(0444));
    std::string why;
    {
        const LockedFolder user(folder.path / "."); // root may write everything
        why = refusal_of([&] { write_file_atomically(shared, "x"); });
    }
    CHECK(says(why, "shared: cannot be written (Permission denied); the file that is there is write-protected"));
    CHECK(read_file(shared) == "new");
}

TEST_CASE("devices and pipes are written into and stay what they are", "[core][file]")
{
    const Temporary folder("file-devices");
    write_file_atomically("/dev/null", "x");
    CHECK(std::filesystem::is_character_file("/dev/null"));
    CHECK(refusal_of([] { write_file_atomically("/dev/full", "x"); }) ==
          "/dev/full: cannot be written (No space left on device)");
    CHECK(std::filesystem::is_character_file("/dev/full"));

    const auto pipe = folder.path / "pipe", link = folder.path / "link";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::filesystem::create_symlink("pipe", link);
    std::string got;
    std::thread reader([&] {
        std::ifstream from(pipe);
        std::getline(from, got);
    });
    write_file_atomically(link, "through\n");
    reader.join();
    CHECK(got == "through");
    CHECK(std::filesystem::is_fifo(pipe));

    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    write_file_atomically("/dev/fd/" + std::to_string(ends[1]), "own");
    char bytes[8];
    CHECK(::read(ends[0], bytes, sizeof bytes) == 3);
    ::close(ends[0]);
    ::close(ends[1]);

    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path); // an address is short
    std::strcpy(address.sun_path, "socket");
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(refusal_of([] { write_file_atomically("socket", "x"); }) ==
          "socket: is a socket and is left as it is; choose another name");
    CHECK(std::filesystem::is_socket("socket"));
    std::filesystem::current_path(before);
    ::close(socket);
    CHECK(names_in(folder.path) == names{"pipe", "link", "socket"});
}

TEST_CASE("every name that a file may have can be written", "[core][file]")
{
    const Temporary folder("file-names");
    std::string letters; // two bytes each: none is cut in half
    for (int i = 0; i < 127; ++i) letters += "\xc3\xa4";
    for (const std::string& name : {std::string(245, 'a'), std::string(255, 'b'), letters}) {
        write_file_atomically(folder.path / name, "old");
        AtomicFile file(folder.path / name);
        CHECK(names_in(folder.path).size() == 2);
        file.write("new");
        file.commit();
        CHECK(read_file(folder.path / name) == "new");
        CHECK(names_in(folder.path) == names{name});
        std::filesystem::remove(folder.path / name);
    }
    CHECK(says(refusal_of([&] { write_file_atomically(folder.path / std::string(256, 'c'), "x"); }), "(File name too long)"));
    CHECK(names_in(folder.path).empty());
}

TEST_CASE("what cannot be read is refused in one sentence", "[core][file]")
{
    const Temporary folder("file-read");
    CHECK(refusal_of([&] { read_file(folder.path / "a"); }) ==
          (folder.path / "a").string() + ": cannot be opened (No such file or directory)");
    CHECK(refusal_of([&] { read_file(folder.path); }) == folder.path.string() + ": is a folder, a file was needed");
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
                if (!refusal_of([&] { write_file_atomically(path, std::string(20'000, letter)); }).empty()) ++failures;
        });
    for (auto& writer : writers) writer.join();
    CHECK(failures == 0);
    const auto bytes = read_file(path);
    REQUIRE(bytes.size() == 20'000);
    CHECK(bytes.find_first_not_of(bytes[0]) == bytes.npos);
    CHECK(names_in(folder.path) == names{"a"});
}
