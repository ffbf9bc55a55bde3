// lamina/graph/checkpoint_manager.hpp: a folder of checkpoints, of which the last and the best are kept.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/file_place.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/folder.hpp>
#include <lamina/graph/checkpoint.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What a CheckpointManager keeps.
struct CheckpointManagerOptions {
    std::size_t max_to_keep = 5; ///< the last so many; 0 for all
    bool keep_best = true;       ///< the one with the best score as well
    bool larger_is_better = false;
};

/// Saves a checkpoint again and again into one folder, each in a file of its own, `checkpoint-7.safetensors`. What another process has left
/// there counts: numbers go on, and the best of all stays.
class CheckpointManager {
public:
    /// Makes the folder where it is missing. Refuses one that is no use: without checkpoints, and in which none can be made.
    CheckpointManager(Checkpoint what, std::filesystem::path where, CheckpointManagerOptions how = {})
        : checkpoint(std::move(what)), folder(std::move(where)), options(how)
    {
        if (folder.empty())
            internals::fail({"checkpoint manager: the name of the folder is empty; give one, \".\" for where the program runs"});
        internals::make_folder(folder);
        remove_parts();
        for (const auto number : numbers()) {
            const auto notes = Checkpoint::notes(file(number));
            saved.push_back({number, score_of(notes)});
        }
        if (saved.empty() && !internals::may_write_in(folder.string())) // then it is no use at all; else it is read from
            internals::fail({folder.string(), ": holds no checkpoint, and none can be made in it (", std::strerror(errno),
                             "); choose another folder"});
    }

    /// Writes the next checkpoint, and removes those that need not be kept. NaN is no score.
    std::filesystem::path save(std::optional<double> score = {})
    {
        const std::uint64_t number = saved.empty() ? 1 : saved.back().number + 1;
        if (score && internals::is_nan(*score)) score.reset();
        std::map<std::string, std::string> notes;
        if (score) notes.emplace("score", internals::value_text(*score));
        checkpoint.save(file(number), notes);
        saved.push_back({number, score});
        remove_old();
        return file(number);
    }

    /// The last checkpoint, and the one with the best score (of equals the first), if there are any.
    std::optional<std::filesystem::path> latest() const
    {
        if (saved.empty()) return {};
        return file(saved.back().number);
    }
    std::optional<std::filesystem::path> best() const
    {
        const Saved* const found = best_saved();
        if (!found) return {};
        return file(found->number);
    }

    /// Restores the last checkpoint. Gives false where there is none, and then nothing has changed.
    bool restore_latest(const LoadOptions& how = {}) const { return restore(latest(), how); }
    bool restore_best(const LoadOptions& how = {}) const { return restore(best(), how); }

private:
    struct Saved {
        std::uint64_t number;
        std::optional<double> score;
    };
    static constexpr std::string_view prefix = "checkpoint-", suffix = ".safetensors";

    std::filesystem::path file(std::uint64_t number) const { return folder / internals::text_of({prefix, number, suffix}); }

    bool restore(const std::optional<std::filesystem::path>& from, const LoadOptions& how) const
    {
        if (from) checkpoint.restore(*from, how);
        return from.has_value();
    }

    static std::optional<double> score_of(const std::map<std::string, std::string>& notes)
    {
        double score = 0;
        const auto found = notes.find("score");
        if (found == notes.end() || !internals::read_value(&score, found->second) || internals::is_nan(score)) return {};
        return score;
    }

    const Saved* best_saved() const
    {
        const Saved* best = nullptr;
        for (const auto& one : saved)
            if (one.score && (!best || (options.larger_is_better ? *one.score > *best->score : *one.score < *best->score)))
                best = &one;
        return best;
    }

    void remove_old()
    {
        if (options.max_to_keep == 0) return;
        const Saved* const best = options.keep_best ? best_saved() : nullptr;
        const std::uint64_t best_number = best ? best->number : 0; // none has this number
        const std::size_t old = saved.size() - std::min(saved.size(), options.max_to_keep);
        std::vector<Saved> kept;
        for (std::size_t i = 0; i < saved.size(); ++i) {
            std::error_code ignored; // a file that cannot be removed does no harm
            if (i >= old || saved[i].number == best_number) kept.push_back(saved[i]);
            else std::filesystem::remove(file(saved[i].number), ignored);
        }
        saved = std::move(kept);
    }

    /// The number of a checkpoint's file name; anything else in the folder is none.
    static std::optional<std::uint64_t> number_in(std::string_view name)
    {
        if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) return {};
        name.remove_prefix(prefix.size());
        name.remove_suffix(suffix.size());
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (problem != std::errc() || end != name.data() + name.size() || number == 0 || name[0] == '0') return {};
        return number;
    }

    std::vector<std::filesystem::path> files() const
    {
        std::vector<std::filesystem::path> found;
        std::error_code problem;
        std::filesystem::directory_iterator next(folder, problem);
        for (; !problem && next != std::filesystem::directory_iterator(); next.increment(problem)) found.push_back(next->path());
        if (problem) internals::fail({folder.string(), ": cannot be read (", problem.message(), "); choose another folder"});
        return found;
    }

    std::vector<std::uint64_t> numbers() const
    {
        std::vector<std::uint64_t> found;
        for (const auto& path : files())
            if (const auto number = number_in(path.filename().string())) found.push_back(*number);
        std::sort(found.begin(), found.end());
        return found;
    }

    /// Removes what a process that was killed has left of a save.
    void remove_parts() const
    {
        for (const auto& path : files()) {
            std::error_code ignored;
            if (number_in(internals::AtomicFile::abandoned(path.filename().string()))) std::filesystem::remove(path, ignored);
        }
    }

    Checkpoint checkpoint;
    std::filesystem::path folder;
    CheckpointManagerOptions options;
    std::vector<Saved> saved; ///< by number
};

}} // namespace lamina
