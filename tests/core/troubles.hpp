// What the tests of writing share: a disk that is full, a user who may not, and a folder without leftovers.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

/// No file can grow above `bytes` while this lives, as on a full disk.
struct FullDisk {
    rlimit old{};
    void (*old_signal)(int);

    explicit FullDisk(std::size_t bytes) : old_signal(std::signal(SIGXFSZ, SIG_IGN))
    {
        getrlimit(RLIMIT_FSIZE, &old);
        const rlimit full{bytes, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &full);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, old_signal);
    }
};

/// A folder in which nothing can be made while this lives. Root may do everything, so root becomes nobody.
struct LockedFolder {
    std::filesystem::path folder;
    bool root = geteuid() == 0;

    explicit LockedFolder(std::filesystem::path path) : folder(std::move(path))
    {
        std::filesystem::permissions(folder, std::filesystem::perms(0555));
        if (root && seteuid(65534) != 0) root = false;
    }
    LockedFolder(const LockedFolder&) = delete;
    LockedFolder& operator=(const LockedFolder&) = delete;
    ~LockedFolder()
    {
        if (root && seteuid(0) != 0) std::abort();
        std::filesystem::permissions(folder, std::filesystem::perms(0755));
    }
};

/// The names of what is in a folder.
inline std::set<std::string> names_in(const std::filesystem::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
    return names;
}
