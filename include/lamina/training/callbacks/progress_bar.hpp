// lamina/training/callbacks/progress_bar.hpp: shows how training goes on, as Keras does.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/callback.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

#if defined(_WIN32)
#include <io.h>
#else
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// On a terminal a line that moves, with the time left, the time of a step and the figures so far:
/// `1875/1875 ━━━━━━━━━━━━━━━━━━━━ 12s 6ms/step - loss: 0.1592 - …`. Elsewhere a line an epoch:
/// `Epoch 1/100 - 12s - loss: 0.1592 - …`. The moving line is drawn ten times a second at most and cut at the terminal's
/// width; a batch between two drawings costs one look at the clock. Where a dataset does not know how many batches it has, the first epoch
/// is counted without an end: `412/Unknown 3s 6ms/step - loss: …`.
///
/// Example  ProgressBar bar;
struct ProgressBar {
    enum class Style { automatic, moving, lines };
    static constexpr bool adds_figures = false;

    std::FILE* out = stdout;
    Style style = Style::automatic; ///< automatic: moving where `out` is a terminal

    using clock = std::chrono::steady_clock;
    struct State {
        bool moving = false;
        bool open = false; ///< the cursor stands in a line that is not yet ended
        std::size_t steps = 0, columns = 0;
        clock::time_point begin{}, first_step{}, last_step{}, drawn{};
        std::string text{};
    } state{};

    void on_train_begin(TrainingState&)
    {
        state = {};
        state.moving = style == Style::moving || (style == Style::automatic && is_terminal());
    }

    void on_epoch_begin(TrainingState& t)
    {
        state.begin = state.last_step = clock::now();
        state.steps = 0;
        state.drawn = {};
        if (!state.moving) return;
        state.columns = terminal_columns();
        std::fprintf(out, "Epoch %zu/%zu\n", t.epoch + 1, t.epochs);
    }

    void on_batch_end(TrainingState& t)
    {
        state.last_step = clock::now();
        if (++state.steps == 1) state.first_step = state.last_step;
        if (!state.moving || state.last_step - state.drawn < std::chrono::milliseconds(100)) return;
        state.drawn = state.last_step;
        draw(t, false);
    }

    void on_epoch_end(TrainingState& t)
    {
        if (state.moving) return draw(t, true);
        state.text.clear();
        append("Epoch %zu/%zu - %.0fs", t.epoch + 1, t.epochs, seconds(state.begin, clock::now()));
        append_figures(t.logs);
        state.text += '\n';
        put();
    }

    void on_train_end(TrainingState& t)
    {
        state.text.clear();
        if (std::exchange(state.open, false)) state.text += '\n';
        if (!t.stopped_by.empty()) internals::append(state.text, {t.stopped_by, '\n'});
        put();
    }

private:
    static constexpr std::size_t width = 20;

    static double seconds(clock::time_point from, clock::time_point to)
    {
        return std::chrono::duration<double>(to - from).count();
    }

    void draw(const TrainingState& t, bool whole_epoch)
    {
        std::string& text = state.text;
        const bool counted = t.batches > 0;
        const std::size_t done = counted ? std::min(width, width * t.batch / t.batches) : 0;
        const std::string total = counted ? std::to_string(t.batches) : "Unknown";
        const auto bar = [&](std::size_t n) {
            for (std::size_t i = 0; i < n; ++i) text += "━";
        };
        text = "\r";
        append("%*zu/%s", static_cast<int>(total.size()), t.batch, total.c_str());
        if (counted) {
            text += " \x1b[32m";
            bar(done);
            text += "\x1b[37m";
            bar(width - done);
            text += "\x1b[0m";
        }
        const std::size_t before = text.size(), shown = 2 * total.size() + 1 + (counted ? width + 1 : 0);

        // The first step also pays for what is made once, so it does not count where there are others.
        const double step = state.steps > 1 ? seconds(state.first_step, state.last_step) / static_cast<double>(state.steps - 1)
                                            : seconds(state.begin, state.last_step);
        if (whole_epoch || !counted) append(" %.0fs", seconds(state.begin, clock::now()));
        else append_duration(step * static_cast<double>(t.batches - std::min(t.batch, t.batches)));
        if (step >= 1) append(" %.0fs/step", step);
        else if (step >= 1e-3) append(" %.0fms/step", step * 1e3);
        else append(" %.0fus/step", step * 1e6);
        append_figures(t.logs);
        // A line that wraps cannot be drawn over, so only the last one may be longer than the terminal is wide.
        if (!whole_epoch && state.columns > shown) text.resize(std::min(text.size(), before + state.columns - shown - 1));
        text += whole_epoch ? "\x1b[K\n" : "\x1b[K";
        state.open = !whole_epoch;
        put();
    }

    void append_duration(double left)
    {
        const auto s = static_cast<unsigned long long>(left);
        if (s > 3600) append(" %llu:%02llu:%02llu", s / 3600, s % 3600 / 60, s % 60);
        else if (s > 60) append(" %llu:%02llu", s / 60, s % 60);
        else append(" %llus", s);
    }

    void append_figures(const Logs& logs)
    {
        for (const auto& [name, value] : logs.entries) {
            ((state.text += " - ") += name) += ": ";
            internals::print_real(state.text, Logs::format_of(value), value);
        }
    }

    template <class... Values> void append(const char* format, Values... values)
    {
        char piece[400];
        const int n = std::snprintf(piece, sizeof piece, format, values...);
        state.text.append(piece, static_cast<std::size_t>(std::clamp(n, 0, static_cast<int>(sizeof piece) - 1)));
    }

    void put()
    {
        std::fwrite(state.text.data(), 1, state.text.size(), out);
        std::fflush(out);
    }

#if defined(_WIN32)
    bool is_terminal() const { return ::_isatty(::_fileno(out)) != 0; }
    std::size_t terminal_columns() const { return 80; }
#else
    bool is_terminal() const { return ::isatty(::fileno(out)) != 0; }

    /// 0 where it is not known.
    std::size_t terminal_columns() const
    {
        winsize size{};
        return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    }
#endif
};

}} // namespace lamina
