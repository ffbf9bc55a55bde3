// lamina/training/callbacks/csv_logger.hpp: a table of the epochs' figures in a file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/file_place.hpp>
#include <lamina/core/names.hpp>
#include <lamina/training/callback.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Writes a line an epoch: `epoch` from 0, then the figures by name, with all their digits. Each line is in the file, whole,
/// when its epoch is over; a line that does not fit on the disk is taken back. Links are followed; a device or a pipe is written to.
///
/// Options  `append`: goes on with a file that is there, if it has the same columns.
/// Source   keras/src/callbacks/csv_logger.py, Keras 3.15: the columns and their order.
/// Example  CSVLogger log{.path = "training.csv", .append = true};
struct CSVLogger {
    internals::FilePath path = "training.csv";
    char separator = ',';
    bool append = false;
    static constexpr bool adds_figures = false;

    struct State {
        std::vector<std::string> columns{};
        std::shared_ptr<std::FILE> stream{}; ///< a device or a pipe stays open while training runs
    } state{};

    void on_train_begin(TrainingState& t)
    {
        state = {};
        const auto place = internals::place_for(path.string());
        if (place.stream) {
            std::FILE* const opened = internals::open_stream(place);
            if (!opened) refuse_to_open();
            state.stream = {opened, [](std::FILE* file) { std::fclose(file); }};
        }
        write(append ? "ab" : "wb", "");
        if (!t.figures.entries.empty()) write("ab", begin_table(t.figures), "names of the figures"); // what is wrong shows now
    }

    void on_epoch_end(TrainingState& t)
    {
        std::string lines;
        if (state.columns.empty()) lines = begin_table(t.logs);
        lines += std::to_string(t.epoch);
        for (const auto& name : state.columns) {
            lines += separator;
            if (!t.logs.contains(name)) {
                lines += "NA";
                continue;
            }
            char digits[32];
            lines.append(digits, std::to_chars(digits, digits + sizeof digits, t.logs[name]).ptr);
        }
        lines += '\n';
        write("ab", lines);
    }

    void on_train_end(TrainingState&) { std::shared_ptr<std::FILE>().swap(state.stream); }

private:
    [[noreturn]] void refuse_to_open() const
    {
        internals::fail({path.string(), ": cannot be opened for the figures of the training (", std::strerror(errno),
                         "); give CSVLogger another path"});
    }

    /// Fixes the columns. The line of their names, unless the file has it already.
    std::string begin_table(const Logs& logs)
    {
        for (const auto& [name, value] : logs.entries) internals::add_to(state.columns, name);
        for (std::size_t i = 1; i < state.columns.size(); ++i) // a handful: std::sort takes longer to compile than to run
            for (std::size_t j = i; j > 0 && state.columns[j] < state.columns[j - 1]; --j)
                state.columns[j].swap(state.columns[j - 1]);
        std::string names = "epoch";
        for (const auto& name : state.columns) (names += separator) += cell(name);

        const auto before = state.stream ? std::string() : read_file(path);
        if (before.empty()) return internals::text_of({names, '\n'});
        const auto first = before.substr(0, before.find_first_of("\r\n"));
        if (first != names)
            internals::fail(
                {path.string(), ": has the columns ", first, ", this training writes ", names, "; append to another file"});
        return before.back() == '\n' ? "" : "\n";
    }

    std::string cell(const std::string& text) const
    {
        if (text.find_first_of(internals::text_of({"\"\r\n", separator})) == text.npos) return text;
        std::string result = "\"";
        for (const char c : text) result.append(c == '"' ? 2 : 1, c);
        result += '"';
        return result;
    }

    void write(const char* how, std::string_view lines, std::string_view what = "figures of an epoch") const
    {
        std::FILE* const file = state.stream ? state.stream.get() : std::fopen(path.c_str(), how);
        if (!file) refuse_to_open();
        const long whole = state.stream || std::fseek(file, 0, SEEK_END) != 0 ? -1 : std::ftell(file);
        bool written = std::fwrite(lines.data(), 1, lines.size(), file) == lines.size() && std::fflush(file) == 0;
        int problem = errno;
        if (!state.stream && std::fclose(file) != 0 && written) {
            written = false;
            problem = errno;
        }
        if (written) return;
        if (whole >= 0) internals::cut_file(path, static_cast<std::uintmax_t>(whole));
        internals::fail({path.string(), ": the ", what, " cannot be written (", std::strerror(problem), ')',
                         state.stream ? "" : "; the epochs before it are in the file"});
    }
};

}} // namespace lamina
