// ProgressBar: a line an epoch in a file, a moving line on a terminal, and no more of it than eyes can see.
#include "catch.hpp"

#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/progress_bar.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<ProgressBar>);

namespace {

/// A file to print to that can be read back.
struct Sink {
    std::FILE* file = std::tmpfile();
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() { std::fclose(file); }

    std::string text() const
    {
        std::string all(static_cast<std::size_t>(std::ftell(file)), '\0');
        std::rewind(file);
        CHECK(std::fread(all.data(), 1, all.size(), file) == all.size());
        return all;
    }
};

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}

/// One epoch of batches, each taking `pause`.
void epoch(ProgressBar& bar, TrainingState& t, std::chrono::milliseconds pause = {})
{
    t.logs = {};
    t.batch = 0;
    bar.on_epoch_begin(t);
    for (t.batch = 1; t.batch <= t.batches; ++t.batch) {
        std::this_thread::sleep_for(pause);
        t.logs.set("loss", 1.0 / static_cast<double>(t.batch));
        bar.on_batch_end(t);
    }
    t.batch = t.batches;
    t.logs.set("val_loss", 0.00012345);
    bar.on_epoch_end(t);
}

} // namespace

TEST_CASE("where output is no terminal an epoch is a line", "[training][callbacks]")
{
    const Sink sink;
    ProgressBar bar{.out = sink.file};
    auto t = training_of(100, 4);
    bar.on_train_begin(t);
    epoch(bar, t);
    t.epoch = 1;
    epoch(bar, t);
    t.stopped_by = "enough";
    bar.on_train_end(t);
    CHECK(sink.text() == "Epoch 1/100 - 0s - loss: 0.2500 - val_loss: 1.2345e-04\nEpoch 2/100 - 0s - loss: 0.2500 - val_loss: "
                         "1.2345e-04\nenough\n");
}

TEST_CASE("the moving line is drawn over itself, ten times a second at most", "[training][callbacks]")
{
    using namespace std::chrono_literals;
    const Sink sink;
    ProgressBar bar{.out = sink.file, .style = ProgressBar::Style::moving};
    auto t = training_of(3, 125);
    bar.on_train_begin(t);
    const auto begin = std::chrono::steady_clock::now();
    epoch(bar, t, 3ms);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    bar.on_train_end(t);
    const auto text = sink.text();
    INFO(text);
    CHECK(text.starts_with("Epoch 1/3\n\r"));
    CHECK(count(text, "\r") >= 3);
    CHECK(static_cast<double>(count(text, "\r")) <= seconds * 10 + 2);
    CHECK(count(text, "\n") == 2);
    CHECK(text.find("\r  1/125 \x1b[32m\x1b[37m━━━━━━━━━━━━━━━━━━━━\x1b[0m ") != text.npos);
    CHECK(text.find("ms/step - loss: 1.0000\x1b[K") != text.npos);
    const auto last = text.substr(text.rfind('\r'));
    CHECK(last.starts_with("\r125/125 \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[37m\x1b[0m "));
    CHECK(last.ends_with("ms/step - loss: 0.0080 - val_loss: 1.2345e-04\x1b[K\n"));
}

TEST_CASE("the time left is told in seconds, minutes and hours", "[training][callbacks]")
{
    const auto left_of = [](std::size_t batches) {
        const Sink sink;
        ProgressBar bar{.out = sink.file, .style = ProgressBar::Style::moving};
        auto t = training_of(1, batches);
        bar.on_train_begin(t);
        bar.on_epoch_begin(t);
        bar.state.begin -= std::chrono::seconds(10); // the first step took ten seconds
        t.batch = 1;
        bar.on_batch_end(t);
        const auto text = sink.text();
        const auto from = text.find("\x1b[0m ") + 5;
        return text.substr(from, text.find("\x1b[K") - from);
    };
    CHECK(left_of(1) == "0s 10s/step");
    CHECK(left_of(7) == "60s 10s/step");
    CHECK(left_of(10) == "1:30 10s/step");
    CHECK(left_of(1000) == "2:46:30 10s/step");
}

TEST_CASE("training that ends within an epoch ends the line", "[training][callbacks]")
{
    const Sink sink;
    ProgressBar bar{.out = sink.file, .style = ProgressBar::Style::moving};
    auto t = training_of(1, 9, 1);
    bar.on_train_begin(t);
    bar.on_epoch_begin(t);
    bar.on_batch_end(t);
    t.stopped_by = "the loss was NaN";
    bar.on_train_end(t);
    CHECK(sink.text().ends_with("\x1b[K\nthe loss was NaN\n"));
}

TEST_CASE("odd trainings are shown as well", "[training][callbacks]")
{
    const Sink sink;
    ProgressBar bar{.out = sink.file, .style = ProgressBar::Style::moving};
    auto t = training_of(1, 0);
    t.logs.set("huge", 1.7976931348623157e308);
    t.logs.set("none", 0);
    bar.on_train_begin(t);
    bar.on_epoch_begin(t);
    bar.on_epoch_end(t); // no batch at all
    t.batch = 9;
    t.batches = 3;
    bar.on_batch_end(t);
    const auto text = sink.text();
    CHECK(text.find("0/Unknown 0s") != text.npos);
    CHECK(text.find("huge: 1797693134") != text.npos);
    CHECK(text.find("none: 0.0000") != text.npos);
}

TEST_CASE("on a terminal the line moves and keeps within its width", "[training][callbacks]")
{
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
        WARN("skipped: there is no pseudo-terminal");
        return;
    }
    const winsize size{24, 60, 0, 0};
    ::ioctl(master, TIOCSWINSZ, &size);
    std::FILE* const terminal = std::fopen(::ptsname(master), "w");
    REQUIRE(terminal);

    ProgressBar bar{.out = terminal};
    auto t = training_of(2, 9, 1);
    t.logs.set("a_metric_with_a_name_that_is_longer_than_the_terminal_is_wide", 1);
    bar.on_train_begin(t);
    bar.on_epoch_begin(t);
    bar.on_batch_end(t);
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(::read(master, text.data(), text.size())));
    if (text.find("\x1b[K") == text.npos) { // a terminal may hand over line by line
        std::string more(4096, '\0');
        more.resize(static_cast<std::size_t>(::read(master, more.data(), more.size())));
        text += more;
    }
    std::fclose(terminal);
    ::close(master);

    INFO(text);
    CHECK(text.starts_with("Epoch 1/2\r\n\r1/9 "));
    std::size_t columns = 0;
    bool escape = false;
    for (const char c : text.substr(text.rfind('\r') + 1)) {
        if (c == '\x1b') escape = true;
        else if (escape) escape = !(c == 'm' || c == 'K');
        else columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }
    CHECK(columns == 59);
}

TEST_CASE("batches whose number nobody knows are counted without an end", "[training][callbacks]")
{
    const Sink sink;
    ProgressBar bar{.out = sink.file, .style = ProgressBar::Style::moving};
    auto t = training_of(2, 0, 7);
    bar.on_train_begin(t);
    bar.on_epoch_begin(t);
    t.logs.set("loss", 0.5);
    bar.on_batch_end(t);
    t.batches = 7; // as fit does where the first epoch ended
    bar.on_epoch_end(t);
    const auto text = sink.text();
    CHECK(text.starts_with("Epoch 1/2\n\r      7/Unknown 0s "));
    CHECK(count(text, "━") == 20);
    CHECK(text.find("\r7/7 ") != text.npos);
    CHECK(text.ends_with(" - loss: 0.5000\x1b[K\n"));
}
