// The demands that every generated test makes: shown blocks, losses, optimizers and folders with one fault each, they must
// say so, and nothing where there is none.
#include "cases/constraints.hpp"
#include "cases/layers.hpp"
#include "cases/listed.hpp"
#include "cases/losses.hpp"
#include "cases/metrics.hpp"
#include "cases/optimizers.hpp"
#include "cases/regularizers.hpp"
#include "cases/schedules.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>

namespace {

namespace fs = std::filesystem;

enum class fault {
    none,
    output,
    output_that_is_kept,
    input_gradient,
    weight_gradient,
    weight_gradient_overwrites,
    weight_gradient_needs_dx,
    needs_the_whole_batch,
    reads_scratch,
    nan,
    in_double,
    refuses_everything,
};

/// y = kernel · x, element by element, with a fault.
template <fault Fault> struct Scale {
    static constexpr lamina::protocols::verdict accept(lamina::Shape in)
    {
        return Fault == fault::refuses_everything ? lamina::protocols::refuses(lamina::protocols::misfit::an_extent_is_zero)
                                                  : lamina::protocols::accepts(in);
    }

    template <class T, lamina::Shape In> struct block {
        using value_type = T;
        template <class U> using as = block<U, In>;
        static constexpr lamina::Shape input = In, output = In;
        static constexpr std::size_t size = In.size();
        static constexpr std::size_t saved(std::size_t n) { return n; }
        static constexpr std::size_t scratch(std::size_t) { return 1; }

        lamina::Variable<T, In> kernel;

        void forward(lamina::protocols::Mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * size; ++i) y[i] = x[i] * kernel.data()[i % size];
            const bool in_double = Fault == fault::in_double && sizeof(T) == 8;
            if (Fault == fault::output || (Fault == fault::output_that_is_kept && saved) || in_double)
                y[n * size - 1] += T(0.001);
            if (Fault == fault::reads_scratch) y[0] += *scratch;
            if (Fault == fault::nan) y[0] = std::numeric_limits<T>::quiet_NaN();
        }

        void backward(lamina::protocols::Mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T*,
                      std::size_t n) const
        {
            if (Fault == fault::weight_gradient_overwrites)
                for (std::size_t i = 0; i < size; ++i) gradient.kernel.data()[i] = 0;
            for (std::size_t i = 0; i < n * size; ++i) {
                gradient.kernel.data()[i % size] += dy[i] * x[i];
                if (dx) dx[i] = dy[i] * kernel.data()[i % size];
            }
            const bool wrong = Fault == fault::weight_gradient || (Fault == fault::weight_gradient_needs_dx && !dx) ||
                               (Fault == fault::needs_the_whole_batch && n == 1);
            if (wrong) gradient.kernel.data()[0] += T(0.001);
            if (Fault == fault::input_gradient && dx) dx[1] = 0;
        }
    };

    template <auto... In> using on = block<float, lamina::Input<In...>::value>;
};

/// A folder with the case of a faultless Scale over [4], batch of 3, removed at the end.
class Folder {
public:
    static constexpr std::size_t n = 3, size = 4;
    const fs::path path = fs::temp_directory_path() / ("lamina_demands_" + std::to_string(std::random_device{}()));

    Folder()
    {
        fs::create_directories(path);
        std::vector<float> x(n * size), y(x), dy(x), dx(x), w(size), dw(size);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = 0.25f * static_cast<float>(i) - 1;
            dy[i] = 1 / (1 + static_cast<float>(i));
            if (i < size) w[i] = 0.5f * static_cast<float>(i) - 0.75f;
            y[i] = x[i] * w[i % size];
            dx[i] = dy[i] * w[i % size];
            dw[i % size] += dy[i] * x[i];
        }
        write("input", {n, size}, x);
        write("output", {n, size}, y);
        write("output_gradient", {n, size}, dy);
        write("input_gradient", {n, size}, dx);
        write("weight_0", {size}, w);
        write("weight_0_gradient", {size}, dw);
    }
    ~Folder() { fs::remove_all(path); }

    void write(const std::string& name, const std::vector<std::size_t>& shape, const std::vector<float>& numbers) const
    {
        std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
        for (const std::size_t extent : shape) header += std::to_string(extent) + ", ";
        header += "), }";
        header.resize(117, ' ');
        std::ofstream out(path / (name + ".npy"), std::ios::binary);
        out << "\x93NUMPY\x01" << '\0' << '\x76' << '\0' << header << '\n';
        out.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
    }

    template <fault Fault> std::vector<std::string> run(const std::vector<std::string>& weights = {"scale/kernel"}) const
    {
        return cases::layer<Scale<Fault>, 4>(path.string().c_str(), weights, false);
    }
};

/// What `run` throws.
template <class Run> std::vector<std::string> thrown(Run run)
{
    try {
        run();
    }
    catch (const lamina::error& problem) {
        return {problem.what()};
    }
    return {};
}

bool says(const std::vector<std::string>& differences, const std::string& text)
{
    for (const auto& difference : differences)
        if (difference.find(text) != std::string::npos) return true;
    return false;
}

} // namespace

TEST_CASE("a block without a fault has no difference") { CHECK(Folder{}.run<fault::none>().empty()); }

TEST_CASE("each fault of a block is seen")
{
    const Folder folder;
    CHECK(says(folder.run<fault::output>(), "the output of inference in float: 1 of 12"));
    const auto kept = folder.run<fault::output_that_is_kept>();
    CHECK(says(kept, "the output in float"));
    CHECK_FALSE(says(kept, "inference"));
    CHECK(says(folder.run<fault::input_gradient>(), "the gradient of the input in float: 1 of 12"));
    CHECK(says(folder.run<fault::weight_gradient>(), "the gradient of weight_0 in float: 1 of 4"));
    const auto overwrites = folder.run<fault::weight_gradient_overwrites>();
    CHECK(says(overwrites, "the gradient of weight_0 (second pass)"));
    CHECK_FALSE(says(overwrites, "the gradient of weight_0 in"));
    CHECK(says(folder.run<fault::weight_gradient_needs_dx>(), "another where that of the input is not wanted"));
    CHECK(says(folder.run<fault::needs_the_whole_batch>(), "the gradient of weight_0, sample by sample"));
    CHECK(says(folder.run<fault::reads_scratch>(), "nan where the reference"));
    CHECK(says(folder.run<fault::nan>(), "nan where the reference"));
    const auto in_double = folder.run<fault::in_double>();
    CHECK(says(in_double, "the output in double"));
    CHECK_FALSE(says(in_double, "in float"));
    CHECK(says(folder.run<fault::refuses_everything>(), "the layer refuses its input"));
}

TEST_CASE("each fault of a folder is seen")
{
    for (const std::string name : {"input", "output", "output_gradient", "input_gradient", "weight_0", "weight_0_gradient"}) {
        const Folder folder;
        fs::remove(folder.path / (name + ".npy"));
        CHECK(says(thrown([&] { folder.run<fault::none>(); }), name + ".npy"));
    }
    const Folder folder;
    CHECK(says(folder.run<fault::none>({"bias"}), "weight_0 is called \"bias\" in the case and \"kernel\" in lamina"));
    CHECK(says(folder.run<fault::none>({"kernel", "bias"}), "the case has 2 weights, the layer 1"));
    CHECK(says(folder.run<fault::none>({}), "the case has 0 weights, the layer 1"));
    CHECK(says(folder.run<fault::none>({}), "more weights than names"));
    folder.write("weight_0_after", {4}, {0, 0, 0, 0});
    CHECK(says(folder.run<fault::none>(), "weight_0_after in double"));
    fs::remove(folder.path / "weight_0_after.npy");
    CHECK(folder.run<fault::none>().empty());
    folder.write("weight_0_gradient", {1, 4}, {0, 0, 0, 0});
    CHECK(says(folder.run<fault::none>(), "the gradient of weight_0 is [1, 4] in the case and [4] in lamina"));
    folder.write("input", {3, 2, 2}, std::vector<float>(12));
    CHECK(says(folder.run<fault::none>(), "the input is [3, 2, 2] in the case and [3, 4] in lamina"));
    for (const std::string name : {"input", "output", "output_gradient", "input_gradient"}) folder.write(name, {0, 4}, {});
    CHECK(says(folder.run<fault::none>(), "the case has no sample"));
}

TEST_CASE("a number passes within the bound and fails beyond it")
{
    cases::Case c("");
    const std::vector<double> reference{100, 1, 0};
    const auto bound = [](double r) { return 1e-6 + 1e-5 * r + 2e-6 * 100; };
    const auto close = [&](double part) {
        return std::vector<double>{100 + part * bound(100), 1 - part * bound(1), part * bound(0)};
    };
    c.compare<double>("within", close(0.99), reference);
    CHECK(c.differences().empty());
    c.compare<double>("beyond", close(1.01), reference);
    REQUIRE(c.differences().size() == 1);
    CHECK(says(c.differences(), "3 of 3"));
    c.compare<double>("short", std::vector<double>{100, 1}, reference);
    CHECK(c.differences().size() == 2);
    c.compare<double>("infinite", std::vector<double>{1}, std::vector<double>{std::numeric_limits<double>::infinity()});
    CHECK(c.differences().size() == 3);
}

namespace {

/// The mean of prediction · target, with a fault where asked for.
struct Product {
    static constexpr std::string_view name = "product";
    static constexpr lamina::protocols::target_kind kind = lamina::protocols::target_kind::same_shape;
    bool wrong_value = false, wrong_gradient = false;

    template <class T, class Y> T row(const T* p, const Y* t, std::size_t width, T* gradient, T scale) const
    {
        T sum = wrong_value ? T(0.001) : T(0);
        for (std::size_t i = 0; i < width; ++i) {
            sum += p[i] * static_cast<T>(t[i]);
            if (gradient) gradient[i] = scale * static_cast<T>(t[i]) * (wrong_gradient ? T(1.001) : T(1));
        }
        return sum;
    }
    template <class Y> bool accepts(const Y*, std::size_t) const { return true; }
    std::string needs(std::size_t) const { return ""; }
};

/// w −= 0.1 g, with a step that forgets the last element where asked for.
struct Descent {
    static constexpr std::string_view name = "descent";
    std::uint64_t wrong_step = 0;
    lamina::protocols::OptimizerState state{};

    float learning_rate(std::size_t) const { return 0.1f; }
    std::size_t slot_count() const { return 0; }
    std::string_view slot_name(std::size_t) const { return ""; }
    template <class T> void update(T* value, const T* gradient, T* const*, std::size_t n, float rate, std::uint64_t step) const
    {
        for (std::size_t i = 0; i < n; ++i)
            if (step != wrong_step) value[i] -= static_cast<T>(rate) * gradient[i];
    }
};

} // namespace

TEST_CASE("a loss with a wrong value or a wrong gradient is seen")
{
    const Folder folder;
    folder.write("y_pred", {2, 2}, {1, 2, 3, 4});
    folder.write("y_true", {2, 2}, {1, 0, 2, 1});
    folder.write("value", {1}, {5.5f});
    folder.write("gradient", {2, 2}, {0.5f, 0, 1, 0.5f});
    const auto text = folder.path.string();
    CHECK(cases::loss(text.c_str(), Product{}).empty());
    CHECK(says(cases::loss(text.c_str(), Product{.wrong_value = true}), "the value in float"));
    CHECK(says(cases::loss(text.c_str(), Product{.wrong_gradient = true}), "the gradient in double: 3 of 4"));
    folder.write("sample_weight", {2}, {2, 0.5f});
    CHECK(says(cases::loss(text.c_str(), Product{}), "the value in float"));
    folder.write("value", {1}, {3.5f});
    folder.write("gradient", {2, 2}, {1, 0, 0.5f, 0.25f});
    CHECK(cases::loss(text.c_str(), Product{}).empty());
    folder.write("sample_weight", {3}, {1, 1, 1});
    CHECK(says(cases::loss(text.c_str(), Product{}), "sample_weight has 3 numbers for 2 samples"));
    fs::remove(folder.path / "sample_weight.npy");
    folder.write("y_true", {2, 3}, {1, 0, 2, 1, 1, 1});
    CHECK(says(cases::loss(text.c_str(), Product{}), "y_true has 6 numbers"));
    fs::remove(folder.path / "gradient.npy");
    CHECK(says(thrown([&] { cases::loss(text.c_str(), Product{}); }), "gradient.npy"));
}

TEST_CASE("an optimizer that goes wrong at one step is seen at that step")
{
    const Folder folder;
    folder.write("initial", {1, 3}, {1, 2, 3});
    folder.write("gradients", {2, 1, 3}, {1, 0, 0, 0, 1, 2});
    folder.write("trajectory", {2, 1, 3}, {0.9f, 2, 3, 0.9f, 1.9f, 2.8f});
    const auto text = folder.path.string();
    CHECK(cases::optimizer(text.c_str(), Descent{}).empty());
    const auto wrong = cases::optimizer(text.c_str(), Descent{.wrong_step = 2});
    CHECK(says(wrong, "parameter after step 2 in float: 2 of 3"));
    CHECK_FALSE(says(wrong, "after step 1"));
    folder.write("initial_1", {2}, {1, 2});
    CHECK(says(thrown([&] { cases::optimizer(text.c_str(), Descent{}); }), "gradients_1.npy"));
    fs::remove(folder.path / "initial.npy");
    CHECK(says(thrown([&] { cases::optimizer(text.c_str(), Descent{}); }), "initial.npy"));
}

namespace {

/// The share of predictions that are their targets, which forgets the weights where asked for.
struct Equal {
    static constexpr std::string_view name = "equal", class_name = "Equal";
    static constexpr lamina::protocols::target_kind kind = lamina::protocols::target_kind::same_shape;
    bool forgets_weights = false;

    template <class To> void list_options(To& to) const { to("forgets_weights", forgets_weights, false); }
    template <class T, class Y>
    void add(lamina::protocols::Mean& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        for (std::size_t i = 0; i < width; ++i) to.add(static_cast<T>(target[i]) == prediction[i], forgets_weights ? 1 : weight);
    }
};

/// The penalty w², with a slope that is wrong where asked for; and as a constraint, halving.
template <bool Wrong> struct Square {
    static double value(double w) { return w * w; }
    static double slope(double w) { return Wrong ? w : 2 * w; }
    template <class T> static void project(lamina::stored_types::record& of)
    {
        of.for_each<T>([](T& w) { w = Wrong ? w : w / 2; });
    }
};

} // namespace

TEST_CASE("A metric is compared after each batch, with and without weights")
{
    const Folder folder;
    folder.write("y_pred_0", {2, 1}, {1, 2});
    folder.write("y_true_0", {2, 1}, {1, 1});
    folder.write("sample_weight_0", {2}, {3, 1});
    folder.write("y_pred_1", {1, 1}, {5});
    folder.write("y_true_1", {1, 1}, {5});
    folder.write("sample_weight_1", {1}, {4});
    folder.write("results", {2}, {0.5f, 2 / 3.f});
    folder.write("weighted_results", {2}, {0.75f, 0.875f});
    const auto text = folder.path.string();
    CHECK(cases::metric(text.c_str(), Equal{}).empty());
    const auto forgets = cases::metric(text.c_str(), Equal{.forgets_weights = true});
    CHECK(says(forgets, "the weighted results in double: 2 of 2"));
    CHECK_FALSE(says(forgets, "the results"));
    folder.write("results", {2}, {0.5f, 0.5f});
    CHECK(says(cases::metric(text.c_str(), Equal{}), "the results in float: 1 of 2"));
    folder.write("sample_weight_1", {2}, {4, 4});
    CHECK(says(cases::metric(text.c_str(), Equal{}), "the arrays of batch 1 do not fit together"));
    fs::remove(folder.path / "y_pred_0.npy");
    CHECK(says(cases::metric(text.c_str(), Equal{}), "0 numbers, the case has 2"));
}

TEST_CASE("A schedule, a regularizer, a constraint that goes wrong is seen")
{
    const Folder folder;
    const auto text = folder.path.string();
    folder.write("values", {3}, {0, 0.5f, 1});
    CHECK(cases::schedule(text.c_str(), [](std::size_t step) { return 0.5f * static_cast<float>(step); }).empty());
    CHECK(says(cases::schedule(text.c_str(), [](std::size_t step) { return 0.4f * static_cast<float>(step); }),
               "the rates in float: 2 of 3"));
    folder.write("values", {0}, {});
    CHECK(says(cases::schedule(text.c_str(), [](std::size_t) { return 1.f; }), "no step"));

    folder.write("x", {2, 2}, {1, -2, 0, 3});
    folder.write("value", {1}, {14});
    folder.write("gradient", {2, 2}, {2, -4, 0, 6});
    CHECK(cases::regularizer<Square<false>>(text.c_str()).empty());
    CHECK(says(cases::regularizer<Square<true>>(text.c_str()), "the gradient in double: 3 of 4"));
    folder.write("value", {1}, {13});
    CHECK(says(cases::regularizer<Square<false>>(text.c_str()), "the penalty in float"));

    folder.write("before", {2, 2}, {1, -2, 0, 3});
    folder.write("after", {2, 2}, {0.5f, -1, 0, 1.5f});
    CHECK(cases::constraint<Square<false>>(text.c_str()).empty());
    CHECK(says(cases::constraint<Square<true>>(text.c_str()), "the weights in double: 3 of 4"));
    folder.write("after", {4}, {0.5f, -1, 0, 1.5f});
    CHECK(says(cases::constraint<Square<false>>(text.c_str()), "after is [4] in the case and [2, 2] in lamina"));
}

TEST_CASE("A list of options that differs from the config is seen")
{
    CHECK(cases::listed(Equal{.forgets_weights = true}, "Equal", {{"forgets_weights", "true"}}).empty());
    CHECK(cases::listed(Equal{}, "Equal", {}).empty());
    CHECK(says(cases::listed(Equal{}, "Same", {}), "the class is Same in the case and Equal in lamina"));
    CHECK(says(cases::listed(Equal{}, "Equal", {{"forgets_weights", "true"}}),
               "forgets_weights is true in the case and false in lamina"));
    CHECK(says(cases::listed(Equal{.forgets_weights = true}, "Equal", {}),
               "forgets_weights is true in lamina, the case does not say it"));
    CHECK(says(cases::listed(Equal{}, "Equal", {{"tolerance", "1"}}), "1 options of the case are not in lamina's list"));
}
