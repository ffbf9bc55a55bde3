// A program that forks, that gets no threads, that ends while it has some, and that predicts when most of it is gone.
// compilers: both
// expect: when a thread ends: the same ; when the program ends: the same
#include <lamina/lamina.hpp>

#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using Net = lamina::Sequential<lamina::Input<3>, lamina::Dense<8, lamina::Tanh>, lamina::Dense<2>>;
struct Parts {
    lamina::Dense<5, lamina::Tanh>::on<3> first;
    lamina::Dense<2>::on<5> last;
    auto operator()(const auto& x) const { return last(first(x)); }
};

static bool refused = false; ///< whether the system gives no threads
static int refusals = 0;

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*), void* with)
{
    static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
    return refused ? ++refusals, EAGAIN : real(thread, how, run, with);
}

namespace {

struct World {
    Net net = lamina::build<Net>(lamina::Seed{1});
    Parts parts = lamina::build<Parts>(lamina::Seed{2});
    xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({500, 3}), y, z;

    World()
    {
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = 0.01f * static_cast<float>(i % 101) - 0.3f;
        y = lamina::predict(net, x);
        z = lamina::predict(parts, x);
    }

    bool same(std::size_t threads) const
    {
        const auto again = lamina::predict(net, x, {.threads = threads}), other = lamina::predict(parts, x, {.threads = threads});
        const float one = net(std::array{x(0, 0), x(0, 1), x(0, 2)})(0);
        return std::memcmp(again.data(), y.data(), y.size() * sizeof(float)) == 0 &&
               std::memcmp(other.data(), z.data(), z.size() * sizeof(float)) == 0 && one == y(0, 0);
    }
};

World& world() // never destroyed
{
    static World& made = *new World;
    return made;
}

struct AtTheEnd {
    const char* when;
    explicit AtTheEnd(const char* text) : when(text) {}
    ~AtTheEnd()
    {
        std::printf("when %s ends: %s\n", when, world().same(1) && world().same(3) ? "the same" : "WRONG");
        std::fflush(stdout);
    }
};
const AtTheEnd before_anything_else("the program");
thread_local AtTheEnd of_the_thread("a thread");

/// Whether a child of this process, made now, comes to the same, and its child, too.
bool child_is_right()
{
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        bool right = world().same(2) && world().same(3);
        const pid_t grandchild = fork();
        if (grandchild == 0) _exit(world().same(3) ? 0 : 1);
        int ended = 1;
        waitpid(grandchild, &ended, 0);
        right = right && ended == 0;
        if (right) _exit(0);
        _exit(1);
    }
    int ended = 1;
    waitpid(child, &ended, 0);
    return ended == 0;
}

/// The same for a child that ends as programs do, with its global objects.
bool child_ends()
{
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        std::exit(world().same(2) ? 0 : 1);
    }
    int ended = 1;
    waitpid(child, &ended, 0);
    return ended == 0;
}

int failures = 0;
void check(bool right, const char* what)
{
    std::printf("%s: %s\n", what, right ? "right" : "WRONG");
    std::fflush(stdout);
    failures += !right;
}

} // namespace

int main()
{
    refused = true;
    check(world().same(4) && refusals > 0, "no thread can be had");
    refused = false;
    check(world().same(2), "threads can be had again");
    refused = true;
    check(world().same(4), "a thread is there, and no more can be had");
    refused = false;
    check(world().same(4), "four threads");

    check(child_is_right(), "a child");
    check(child_ends(), "a child that ends by exit");
    {
        std::atomic<bool> enough = false;
        bool right = true;
        std::thread busy([&] {
            while (!enough) right = world().same(3) && right;
        });
        for (int i = 0; i < 20; ++i) right = child_is_right() && right;
        enough = true;
        busy.join();
        check(right, "children of a process whose pool is at work");
    }
    {
        const auto device = lamina::add_cpu_device({.cores = lamina::devices().front().cores});
        const lamina::Device on{device};
        check(world().same(3) && child_is_right() && child_ends() && world().same(3),
              "children of a process that computes on a device");
    }
    {
        std::thread([] { check(world().same(2) && of_the_thread.when, "a thread that predicts when it ends"); }).join();
        check(world().same(3), "after it has ended");
    }
    {
        std::fesetround(FE_DOWNWARD);
        const World down;
        bool right = down.same(3);
        std::fesetround(FE_TONEAREST);
        check(right && std::memcmp(down.y.data(), world().y.data(), down.y.size() * sizeof(float)) != 0 && world().same(3),
              "threads round as the caller does");
    }
    return failures;
}
