// tests/graph/traced/plan_test.cpp: plans: what they leave out, what they join, what they share, and that the numbers stay the same.
#include "catch.hpp"
#include "counted_new.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/graph/traced/signature.hpp>
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;
using Catch::Matchers::Contains;

struct Digits {
    Placeholder<float, dyn, 20> x;
    Placeholder<std::int64_t, dyn> y;
    Node logits, loss, before, train_step, after;
};

using Net = Sequential<Input<20>, Dense<33, Relu>, Dense<5>>; // 33: rows of the kernel have padding

AnyTensor batch(std::size_t n, unsigned seed = 1) { return random_normal(Seed{seed}, {n, 20}); }
AnyTensor labels(std::size_t n)
{
    std::vector<std::int64_t> numbers(n);
    for (std::size_t i = 0; i < n; ++i) numbers[i] = static_cast<std::int64_t>(i * 7 % 5);
    return constant(numbers.data(), {n});
}

template <class O> Digits trace_digits(Graph& graph, Net& net, const O& optimizer)
{
    return graph.trace<Digits>("digits", [&](Digits& d) {
        d.logits = net(d.x);
        d.loss = reduce_mean(sparse_softmax_cross_entropy(d.y, d.logits));
        d.before = read(variables(net)[0].variable) * 1.f;
        d.train_step = optimizer.minimize(d.loss);
        d.after = read(variables(net)[0].variable) * 1.f;
    });
}

double largest_difference(const AnyTensor& a, const AnyTensor& b)
{
    REQUIRE(a.shape() == b.shape());
    REQUIRE(a.dtype() == b.dtype());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a.item(i) - b.item(i)));
    return most;
}

/// A list of nodes that ops of this thread are written to.
struct Tracing {
    graphs::UnstoredNodes nodes;
    graphs::Tracer tracer{nodes, {}, nullptr, graphs::Tracer::of::function};
};

/// The value of each node, one op after another, without a plan.
std::vector<AnyTensor> one_by_one(const graphs::NodeList& list, const std::vector<graphs::FedValue>& feeds)
{
    std::vector<AnyTensor> values(list.size());
    for (const auto& feed : feeds) values[feed.node] = feed.value;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& node = list[i];
        if (node.kind == graphs::NodeKind::constant) values[i] = node.value;
        if (node.kind != graphs::NodeKind::op) continue;
        std::vector<const AnyTensor*> in;
        for (const auto k : node.inputs) in.push_back(&values[k]);
        values[i] = tensors::run_on(*node.op, {in.data(), in.size()}, node.attributes);
    }
    return values;
}

} // namespace

TEMPLATE_TEST_CASE("a traced net trains as its eager twin does", "", SGD, Adam)
{
    auto net = build<Net>(Seed{1}), twin = build<Net>(Seed{1});
    Graph graph;
    TestType optimizer{.learning_rate = 0.01f};
    const Digits digits = trace_digits(graph, net, optimizer);
    for (unsigned step = 0; step < 60; ++step) {
        const std::size_t n = step % 3 == 2 ? 1 : 32; // three plans in turn
        const AnyTensor x = batch(n, step), y = labels(n);
        const auto found =
            graph.run({digits.loss, digits.before, digits.train_step, digits.after}, {{digits.x, x}, {digits.y, y}});
        const AnyTensor old = read(variables(twin)[0].variable);
        const AnyTensor loss =
            optimizer.minimize([&] { return reduce_mean(sparse_softmax_cross_entropy(y, twin(x))); }, variables(twin));
        CHECK(found[0].item() == Approx(loss.item()).epsilon(1e-5));
        CHECK_FALSE(found[2]); // an operation has no value
        CHECK(largest_difference(found[1], old) < 1e-5);
        CHECK(largest_difference(found[3], read(variables(twin)[0].variable)) < 1e-5);
    }
    CHECK(largest_difference(graph.run(digits.logits, {{digits.x, batch(3)}}), twin(batch(3))) < 1e-4);
}

TEST_CASE("a run allocates its results and nothing else, and they are new each time")
{
    auto net = build<Net>(Seed{1});
    Graph graph;
    const Digits digits = trace_digits(graph, net, Adam{});
    const auto& list = static_cast<const graphs::NodeList&>(*graph.nodes());
    const auto place = [](const AnyTensor& of) { return of.body().node; };
    const std::vector<std::uint32_t> fetches{place(digits.loss), place(digits.logits), place(digits.train_step)};
    const std::vector<graphs::FedForm> feeds{{place(digits.x), dtype::float32, {32, 20}}, {place(digits.y), dtype::int64, {32}}};
    const auto plan = graphs::make_plan(list, fetches, feeds);
    const AnyTensor x = batch(32), y = labels(32);
    const AnyTensor* const both[]{&x, &y};
    const graphs::Inputs fed(both, 2);
    std::vector<AnyTensor> results(3);
    plan->run(fed, results);
    const AnyTensor first = results[1];
    const std::vector<float> numbers(first.data<float>(), first.data<float>() + first.size());
    plan->run(fed, results);
    const auto before = counted_new::allocations.load();
    for (int i = 0; i < 3; ++i) plan->run(fed, results); // the tensors come out of the lists of those that were let go
    CHECK(counted_new::allocations.load() == before);
    CHECK(results[1].data<float>() != first.data<float>());
    CHECK(std::vector<float>(first.data<float>(), first.data<float>() + first.size()) == numbers);
    CHECK(plan->bytes() < 40000); // of 32 rows of 33 numbers are some at a time
}

TEST_CASE("random graphs have the numbers of their ops one by one")
{
    Random random(Seed{5});
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.below(n)); };
    for (int round = 0; round < 150; ++round) {
        Tracing here;
        std::vector<AnyTensor> values;
        std::vector<graphs::FedValue> feeds;
        for (const Shape& s : {Shape{4, 4}, Shape{4, 4}, Shape{4}, Shape{}}) {
            values.push_back(here.tracer.placeholder("x", dtype::float64, s));
            feeds.push_back({values.back().body().node, random_normal(Seed{random.below(1000)}, s, 0, 1, dtype::float64)});
        }
        values.push_back(constant({0.5, -0.5, 0.25, 1.0}));
        const auto any = [&] { return values[below(values.size())]; };
        for (int i = 0; i < 25; ++i) {
            const AnyTensor a = any(), b = any();
            const bool matrix = a.rank() == 2;
            switch (below(11)) {
            case 0: values.push_back(a + b); break;
            case 1: values.push_back(a * tanh(b)); break;
            case 2: values.push_back(-a); break;
            case 3: values.push_back(tanh(tanh(a))); break;
            case 4:
                values.push_back(reshape(a, matrix ? Shape{2, 8} : Shape{a.size()})),
                    values.push_back(reshape(tanh(values.back()), a.shape()));
                break;
            case 5: values.push_back(tensors::sum_to_like(a + b, a)); break;
            case 6: values.push_back(tensors::broadcast_like(a, a + b)); break;
            case 7: values.push_back(matrix && b.rank() == 2 && b.shape() == a.shape() ? tanh(matmul(a, b)) : tanh(a)); break;
            case 8: values.push_back(reduce_mean(a)); break;
            case 9: values.push_back(matrix ? softmax(a) : a * a); break;
            default: values.push_back(reduce_mean(square(a) * b)); break;
            }
            if (values.back().shape() == Shape{2, 8}) values.pop_back();
            std::erase_if(values, [](const AnyTensor& x) { return x.shape() == Shape{2, 8}; });
        }
        std::vector<std::uint32_t> fetches;
        for (int i = 0; i < 4; ++i)
            if (const AnyTensor y = any(); tensors::is_symbolic(y)) fetches.push_back(y.body().node);
        if (fetches.empty()) continue;
        const auto expected = one_by_one(here.nodes, feeds);
        for (int again = 0; again < 2; ++again) {
            const auto found = graphs::run_nodes(here.nodes, fetches, feeds);
            for (std::size_t i = 0; i < found.size(); ++i)
                CHECK(largest_difference(found[i], expected[fetches[i]]) <
                      1e-9 * (1 + std::abs(reduce_max(abs(found[i])).item())));
        }
    }
}

TEST_CASE("convolutions with variables have the numbers of the op")
{
    struct Case {
        Shape x, w;
        Conv2DOptions options;
    };
    for (const Case& one :
         {Case{{3, 9, 8, 1}, {5, 5, 1, 6}, {.padding = Same{}}}, Case{{2, 6, 6, 3}, {3, 3, 3, 16}, {.strides = 2}},
          Case{{2, 4, 4, 5}, {4, 4, 5, 7}, {}}, Case{{2, 5, 5, 4}, {1, 1, 4, 3}, {}}, Case{{2, 7, 7, 2}, {3, 3, 2, 1}, {}},
          Case{{2, 7, 7, 4}, {3, 3, 2, 8}, {.groups = 2}},
          Case{{1, 9, 9, 2}, {3, 3, 2, 33}, {.padding = Same{}, .dilations = 2}}}) {
        Tracing here;
        const AnyTensor numbers = random_normal(Seed{1}, one.w), bias = random_normal(Seed{2}, {one.w[3]});
        const auto kernel = internals::make_record("kernel", one.w, dtype::float32);
        internals::copy_in(numbers.body().data, *kernel);
        const AnyTensor x = here.tracer.placeholder("x", dtype::float32, one.x);
        const AnyTensor y = conv2d(x, internals::read_record(kernel), one.options), sum = y + bias, both = y * sum;
        const AnyTensor image = random_normal(Seed{3}, one.x), wanted = conv2d(image, numbers, one.options);
        const std::vector<graphs::FedValue> feeds{{x.body().node, image}};
        const auto found = graphs::run_nodes(here.nodes, {{sum.body().node}}, feeds);
        CHECK(largest_difference(found[0], wanted + bias) < 1e-4);
        CHECK(largest_difference(graphs::run_nodes(here.nodes, {{y.body().node}}, feeds)[0], wanted) < 1e-4);
        CHECK(largest_difference(graphs::run_nodes(here.nodes, {{both.body().node}}, feeds)[0], wanted * (wanted + bias)) < 1e-3);
    }
}

TEST_CASE("what is fed and fetched")
{
    struct Fields {
        Placeholder<float, dyn, 2> x;
        Node doubled, flat, again, one, sum, same, weights;
    };
    auto w = variable(constant({1.f, 2.f}), "w");
    Graph graph;
    const auto f = graph.trace<Fields>("f", [&](Fields& fields) {
        fields.doubled = fields.x * 2;
        fields.flat = reshape(fields.doubled, {-1});
        fields.again = fields.doubled;
        fields.one = constant(1.f);
        fields.same = fields.x;
        fields.weights = read(w);
        fields.sum = reduce_sum(fields.flat + fields.one) + reduce_sum(fields.weights);
    });
    const AnyTensor x = constant({{1.f, 2.f}, {3.f, 4.f}});
    auto y = graph.run({f.doubled, f.flat, f.again, f.one, f.same, f.sum, f.weights}, {{f.x, x}});
    CHECK(y[0].item(3) == 8);
    CHECK(y[1].shape() == Shape{4});
    CHECK(y[1].item(3) == 8);
    CHECK(y[2].item(0) == 2);
    CHECK(y[3].item() == 1);
    CHECK(y[4].item(1) == 2);
    CHECK(y[5].item() == 27);
    assign(w, constant({3.f, 4.f}));
    CHECK(y[6].item(1) == 2); // a snapshot
    CHECK(graph.run(f.sum, {{f.x, x}}).item() == 31);

    // A value that is fed takes the place of what would be computed, as in TensorFlow.
    CHECK(graph.run(f.sum, {{f.doubled, x}}).item() == 21);
    CHECK(graph.run(f.sum, {{f.x, x}, {f.weights, constant({0.f, 0.f})}}).item() == 24);
    CHECK(graph.run(f.sum, {{f.x, x}, {f.one, constant(2.f)}}).item() == 35); // a constant, too

    CHECK_THROWS_WITH(graph.run(Fields().sum), Contains("was given an empty node"));
    CHECK_THROWS_WITH(graph.run(f.sum), Contains("\"f/x\" is needed and was not fed"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, constant({1.f, 2.f})}}),
                      Contains("\"f/x\" is fed float32 [2], it needs float32 [any, 2]"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, constant({{1.0, 2.0}})}}), Contains("is fed float64 [1, 2]"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, constant({{1.f, 2.f, 3.f}})}}), Contains("is fed float32 [1, 3]"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, AnyTensor()}}), Contains("\"f/x\" is fed an empty tensor"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, f.x}}), Contains("which has no numbers"));
    CHECK_THROWS_WITH(graph.run(f.sum, {{f.x, x}, {"f/x:0", x}}), Contains("\"f/x\" is fed twice"));

    for (std::size_t n = 1; n < 50; ++n) CHECK(graph.run(f.doubled, {{f.x, ones({n, 2})}}).size() == 2 * n);
    CHECK(static_cast<const graphs::NodeList&>(*graph.nodes()).plans.size() == graphs::PlanCache::most);
}

TEST_CASE("a value that no memory would hold is refused by name")
{
    struct Fields {
        Placeholder<float, dyn, 1> x;
        Node all;
    };
    Graph graph;
    const auto f = graph.trace<Fields>("f", [](Fields& fields) {
        const AnyTensor wide = fields.x * ones({65536});
        fields.all = matmul(wide, wide, {.transpose_a = false, .transpose_b = true});
    });
    CHECK_THROWS_WITH(graph.run(f.all, {{f.x, ones({70000, 1})}}), Contains("2^32 numbers"));
    CHECK(graph.run(f.all, {{f.x, ones({2, 1})}}).item() == 65536);
}

TEST_CASE("threads run one graph at once, and one that trains excludes the others", "[threads]")
{
    auto net = build<Net>(Seed{1});
    Graph graph;
    const Digits digits = trace_digits(graph, net, SGD{.learning_rate = 0.01f});
    const AnyTensor x = batch(8), y = labels(8);
    const double before = graph.run(digits.loss, {{digits.x, x}, {digits.y, y}}).item();
    std::vector<std::thread> threads;
    std::vector<double> found(4);
    for (std::size_t t = 0; t < found.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                found[t] = graph.run(digits.loss, {{digits.x, x}, {digits.y, y}}).item();
                if (t == 0) graph.run(digits.train_step, {{digits.x, x}, {digits.y, y}});
            }
        });
    for (auto& one : threads) one.join();
    for (const double loss : found) CHECK(loss <= before + 1e-6);
    CHECK(graph.run(digits.loss, {{digits.x, x}, {digits.y, y}}).item() < before);
}
