// lamina/training/callbacks/csv_logger.hpp: a table of the epochs' figures in a file.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/training/callback.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace lamina {

/// Writes a line an epoch: `epoch` from 0, then the figures by name, with all their digits. Each line is in the file, whole,
/// when its epoch is over; a line that does not fit on the disk is taken back.
///
/// Options  `append`: goes on with a file that is there, if it has the same columns.
/// Source   keras/src/callbacks/csv_logger.py, Keras 3.15: the columns and their order.
struct CSVLogger {
    FilePath path = "training.csv";
    char separator = ',';
    bool append = false;

    struct State {
        std::vector<std::string> columns{};
    } state{};

    void on_train_begin(Training&)
    {
        state = {};
        write(append ? "ab" : "wb", "");
    }

    void on_epoch_end(Training& t)
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
        write("ab", lines + '\n');
    }

private:
    /// Fixes the columns. The line of their names, unless the file has it already.
    std::string begin_table(const Logs& logs)
    {
        for (const auto& [name, value] : logs.entries) state.columns.push_back(name);
        for (std::size_t i = 1; i < state.columns.size(); ++i) // a handful: std::sort takes longer to compile than to run
            for (std::size_t j = i; j > 0 && state.columns[j] < state.columns[j - 1]; --j)
                state.columns[j].swap(state.columns[j - 1]);
        std::string names = "epoch";
        for (const auto& name : state.columns) (names += separator) += cell(name);

        const auto before = read_file(path);
        if (before.empty()) return names + '\n';
        const auto first = before.substr(0, before.find_first_of("\r\n"));
        if (first != names)
            fail({path.string(), ": has the columns ", first, ", this training writes ", names, "; append to another file"});
        return before.back() == '\n' ? "" : "\n";
    }

    std::string cell(const std::string& text) const
    {
        if (text.find_first_of(std::string("\"\r\n") + separator) == text.npos) return text;
        std::string result = "\"";
        for (const char c : text) result.append(c == '"' ? 2 : 1, c);
        return result + '"';
    }

    void write(const char* how, std::string_view lines) const
    {
        std::FILE* const file = std::fopen(path.c_str(), how);
        if (!file)
            fail({path.string(), ": cannot be opened for the figures of the training (", std::strerror(errno),
                  "); give CSVLogger another path"});
        std::fseek(file, 0, SEEK_END);
        const long whole = std::ftell(file);
        bool written = std::fwrite(lines.data(), 1, lines.size(), file) == lines.size() && std::fflush(file) == 0;
        int problem = errno;
        if (std::fclose(file) != 0 && written) {
            written = false;
            problem = errno;
        }
        if (written) return;
        if (whole >= 0) detail::cut_file(path, static_cast<std::uintmax_t>(whole));
        fail({path.string(), ": the figures of an epoch cannot be written (", std::strerror(problem),
              "); the epochs before it are in the file"});
    }
};

} // namespace lamina
