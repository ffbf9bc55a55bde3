// prepare and apply_gradients with a rule of one's own: slots, steps, schedules, threads, allocations, refusals.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/schedules/cosine_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

using namespace lamina;
using namespace lamina::internals;

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t n, std::size_t align)
{
    ++allocations;
    if (void* p = std::aligned_alloc(align, round_up(n + (n == 0), align))) return p;
    throw std::bad_alloc();
}

/// Not inlined, or g++ sees `new` end in `free` and warns.
[[gnu::noinline]] void release(void* p) { std::free(p); }

} // namespace

void* operator new(std::size_t n) { return counted(n, alignof(std::max_align_t)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept
{
    try {
        return operator new(n);
    }
    catch (...) {
        return nullptr;
    }
}
void* operator new(std::size_t n, std::align_val_t align) { return counted(n, static_cast<std::size_t>(align)); }
void operator delete(void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }

namespace {

/// w += rate · g · step, and a slot that adds up the gradients: a rule as a person would write it.
struct Climb {
    static constexpr std::string_view name = "climb";
    LearningRate learning_rate = 1;
    OptimizerState state{};

    std::size_t slot_count() const { return 1; }
    std::string_view slot_name(std::size_t) const { return "sum"; }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t step) const
    {
        for (std::size_t i = 0; i < n; ++i) {
            value[i] += static_cast<T>(rate) * gradient[i] * static_cast<T>(step);
            slot_data[0][i] += gradient[i];
        }
    }
};
static_assert(Optimizer<Climb> && Optimizer<SGD> && Optimizer<Adam>);

bool all_zero(const record& r)
{
    const auto values = stored(r);
    return std::all_of(values.begin(), values.end(), [](float x) { return x == 0; });
}

struct Problem {
    Records parameters, gradients;

    explicit Problem(unsigned seed = 1)
    {
        std::mt19937 random(seed);
        const auto add = [&]<class T>(const char* name, Shape extents, T) {
            for (Records* records : {&parameters, &gradients}) {
                records->push_back(make_record<T>(name, extents));
                randomize<T>(*records->back(), random);
            }
        };
        add("kernel", Shape{123, 301}, 0.f);
        add("bias", Shape{301}, 0.f);
        add("filters", Shape{5, 5, 3, 17}, 0.f);
        add("precise", Shape{70, 130}, 0.0);
        add("one", Shape{1}, 0.f);
    }
};

} // namespace

TEST_CASE("prepare makes slots like the parameters, once", "[training][optimizers]")
{
    Problem problem;
    Adam adam{.amsgrad = true};
    prepare(adam, problem.parameters);

    REQUIRE(adam.state.slot_records.size() == 15);
    CHECK(adam.state.slot_records[0]->name == "momentum/kernel");
    CHECK(adam.state.slot_records[1]->name == "velocity/kernel");
    CHECK(adam.state.slot_records[2]->name == "velocity_hat/kernel");
    CHECK(adam.state.slot_records[11]->name == "velocity_hat/precise");
    CHECK(adam.state.slot_records[9]->type() == dtype::float64);
    for (const auto& slot : adam.state.slot_records) CHECK_FALSE(slot->trainable);
    CHECK(all_zero(*adam.state.slot_records[1]));
    CHECK(adam.state.step == 0);

    const auto* first = adam.state.slot_records[0].get();
    prepare(adam, problem.parameters);
    CHECK(adam.state.slot_records[0].get() == first);

    SGD plain;
    prepare(plain, problem.parameters);
    CHECK(plain.state.slot_records.empty());
}

TEST_CASE("Steps are counted, the rule sees them from 1 and the schedule from 0", "[training][optimizers]")
{
    const Records parameters{make_record("w", Shape{2})}, gradients{make_record("w", Shape{2})};
    write<float>(*gradients[0], {1, -2});
    Climb climb{.learning_rate = [](std::size_t step) { return step == 0 ? 10 : 100; }};

    apply_gradients(climb, parameters, gradients);
    CHECK(read(*parameters[0]) == std::vector<float>{10, -20});
    apply_gradients(climb, parameters, gradients);
    CHECK(read(*parameters[0]) == std::vector<float>{210, -420});
    CHECK(read(*climb.state.slot_records[0]) == std::vector<float>{2, -4});
    CHECK(climb.state.step == 2);
}

TEST_CASE("Value, gradient and slots of a parameter of many ranges stay side by side", "[training][optimizers]")
{
    Problem problem, untouched;
    REQUIRE(problem.parameters[0]->stored_size() > 2 * internals::optimizers::range_bytes / sizeof(float));
    Climb climb{.learning_rate = 0.5f};
    apply_gradients(climb, problem.parameters, problem.gradients);

    auto wanted = stored(*untouched.parameters[0]);
    const auto slope = stored(*problem.gradients[0]);
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] += 0.5f * slope[i];
    CHECK(stored(*problem.parameters[0]) == wanted);
    CHECK(stored(*climb.state.slot_records[0]) == slope);
}

TEST_CASE("A frozen record is left as it is, and so are its slots", "[training][optimizers]")
{
    Problem problem;
    Climb climb;
    problem.parameters[2]->trainable = false;
    const auto before = stored(*problem.parameters[2]), other = stored(*problem.parameters[1]);
    apply_gradients(climb, problem.parameters, problem.gradients);

    CHECK(stored(*problem.parameters[2]) == before);
    CHECK(stored(*problem.parameters[1]) != other);
    CHECK(all_zero(*climb.state.slot_records[2]));
}

TEMPLATE_TEST_CASE("Threads do not change a bit, padding stays zero", "[training][optimizers][pool]", SGD, Adam)
{
    std::vector<Problem> problems;
    std::vector<TestType> rules(3);
    for (std::size_t threads = 1; threads <= 3; ++threads) {
        Problem problem;
        TestType& rule = rules[threads - 1];
        rule.global_clipnorm = 20.f;
        if constexpr (std::is_same_v<TestType, SGD>) rule.momentum = 0.9f;
        else rule.amsgrad = true;
        for (int step = 0; step < 4; ++step) apply_gradients(rule, problem.parameters, problem.gradients, threads);
        problems.push_back(std::move(problem));
    }
    const auto same = [](const Records& a, const Records& b) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::size_t bytes = a[i]->stored_size() * bytes_of(a[i]->type());
            CHECK(std::memcmp(a[i]->template data<std::byte>(), b[i]->template data<std::byte>(), bytes) == 0);
        }
    };
    for (std::size_t i : {1u, 2u}) {
        same(problems[0].parameters, problems[i].parameters);
        same(rules[0].state.slot_records, rules[i].state.slot_records);
    }
    for (const Records* records : {&problems[0].parameters, &problems[0].gradients, &rules[0].state.slot_records})
        for (const auto& r : *records) CHECK((r->type() == dtype::float32 ? padding_is_zero(*r) : padding_is_zero<double>(*r)));
    CHECK(stored(*problems[0].parameters[0]) != stored(*Problem().parameters[0]));
}

TEST_CASE("Only the first step allocates", "[training][optimizers]")
{
    for (const std::size_t threads : {1u, 2u}) {
        Problem problem;
        Adam adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.01f, .decay_steps = 10},
                  .amsgrad = true,
                  .global_clipnorm = 1.f};
        SGD sgd{.momentum = 0.5f, .clipnorm = 1.f};
        apply_gradients(adam, problem.parameters, problem.gradients, threads);
        apply_gradients(sgd, problem.parameters, problem.gradients, threads);

        const std::size_t before = allocations;
        CHECK(before > 0);
        for (int step = 0; step < 3; ++step) {
            apply_gradients(adam, problem.parameters, problem.gradients, threads);
            apply_gradients(sgd, problem.parameters, problem.gradients, threads);
        }
        CHECK(allocations - before == 0);
    }
}

TEST_CASE("A state that does not fit is refused, and nothing was changed", "[training][optimizers]")
{
    Records parameters{make_record("a", Shape{2, 3}), make_record("b", Shape{4})},
        gradients{make_record("a", Shape{2, 3}), make_record("b", Shape{4})};
    write<float>(*gradients[1], {1, 1, 1, 1});
    Climb climb;

    climb.state.slot_records = {make_record("sum/a", Shape{2, 3})};
    CHECK_THROWS_WITH(
        apply_gradients(climb, parameters, gradients),
        "climb: its state has 1 slots, 2 parameters need 2; does the state come from another model, or from other settings?");
    climb.state.slot_records.push_back(make_record("sum/b", Shape{5}));
    CHECK_THROWS_WITH(apply_gradients(climb, parameters, gradients),
                      "climb: the slot \"sum/b\" is float32 [5], its parameter \"b\" is float32 [4]; does the "
                      "state come from another model?");
    climb.state.slot_records = {make_record<double>("sum/a", Shape{2, 3}), make_record("sum/b", Shape{4})};
    CHECK_THROWS_AS(prepare(climb, parameters), error);
    climb.state.slot_records = {make_record("sum/a", Shape{2, 3}), nullptr};
    CHECK_THROWS_AS(prepare(climb, parameters), error);
    CHECK(climb.state.step == 0);
    CHECK(read(*parameters[1]) == std::vector<float>{0, 0, 0, 0});

    climb.state.slot_records = {make_record("sum/a", Shape{2, 3}), make_record("sum/b", Shape{4})};
    write<float>(*climb.state.slot_records[1], {5, 6, 7, 8});
    apply_gradients(climb, parameters, gradients); // a restored state goes on
    CHECK(read(*climb.state.slot_records[1]) == std::vector<float>{6, 7, 8, 9});
}

TEST_CASE("Parameters and gradients that do not belong together are refused", "[training][optimizers]")
{
    Records parameters{make_record("a", Shape{2})}, gradients{make_record("a", Shape{3})};
    SGD sgd;
    CHECK_THROWS_WITH(apply_gradients(sgd, parameters, gradients),
                      "sgd: the gradient of \"a\" is float32 [3], the parameter is float32 [2]");
    CHECK_THROWS_WITH(apply_gradients(sgd, parameters, Records{}), "sgd: there are 0 gradients for 1 parameters");
    CHECK_THROWS_AS(apply_gradients(sgd, Records{nullptr}, gradients), error);
    parameters[0]->release();
    CHECK_THROWS_WITH(apply_gradients(sgd, parameters, gradients),
                      "sgd: parameter 0 of 1 holds no numbers; was its model built, and is its graph still there?");
    CHECK_NOTHROW(apply_gradients(sgd, Records{}, Records{}));
}

TEST_CASE("A learning rate that is none is refused at its step", "[training][optimizers]")
{
    const Records parameters{make_record("a", Shape{2})}, gradients{make_record("a", Shape{2})};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const float rate : {-0.5f, nan, std::numeric_limits<float>::infinity()}) {
        SGD sgd{.learning_rate = rate};
        CHECK_THROWS_AS(prepare(sgd, parameters), error);
    }
    SGD late{.learning_rate = [](std::size_t step) { return step == 1 ? -1 : 1; }};
    apply_gradients(late, parameters, gradients);
    CHECK_THROWS_WITH(apply_gradients(late, parameters, gradients),
                      "sgd: the learning rate of step 1 is -1, it has to be a finite number and not negative");
    SGD still{.learning_rate = 0};
    CHECK_NOTHROW(apply_gradients(still, parameters, gradients));
}
