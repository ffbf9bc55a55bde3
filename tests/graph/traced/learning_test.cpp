// tests/graph/traced/learning_test.cpp: what changes variables inside of a graph: assign, optimizers' steps, and these from a file.
#include "catch.hpp"
#include "data/temporary.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/families/core.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/graph/function.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace lamina;
using internals::Records, internals::graphs::StoredAction;

struct Counting {
    Placeholder<float> x;
    Node before, count, after, less;
};

/// The gradients are what is fed, so that their bits are the same in any order of sums.
struct Learning {
    Placeholder<float, 3, 5> kernel;
    Placeholder<float, 5> bias;
    Node loss, train_step;
};

struct Parts {
    Variable<float, Shape{3, 5}> kernel =
        variable(Tensor<float, 3, 5>(reshape(linspace(-1.f, 1.f, 15), {3, 5})), "hidden/kernel");
    Variable<float, Shape{5}> bias = variable(constant({0.5f, -0.25f, 0.f, 1.f, -2.f}), "hidden/bias");

    AnyTensor loss(const AnyTensor& of_kernel, const AnyTensor& of_bias) const
    {
        const AnyTensor first = reduce_sum(read(kernel) * of_kernel); // read first, so it is the optimizer's first
        return first + reduce_sum(read(bias) * of_bias);
    }
};

std::vector<AnyTensor> gradients_of_step(std::uint64_t step)
{
    return {random_normal(Seed{step}, {3, 5}), random_normal(Seed{100 + step}, {5}) * 3.f};
}

bool same_numbers(const stored_types::record& a, const stored_types::record& b)
{
    return a.extents() == b.extents() && a.type() == b.type() &&
           std::memcmp(a.data<std::byte>(), b.data<std::byte>(), a.stored_size() * internals::bytes_of(a.type())) == 0;
}
bool same_numbers(const Parts& a, const Parts& b)
{
    return same_numbers(*a.kernel.storage(), *b.kernel.storage()) && same_numbers(*a.bias.storage(), *b.bias.storage());
}

/// The same numbers in a record that knows nothing of variables, as a file gives it.
std::shared_ptr<stored_types::record> from_file(const stored_types::record& of)
{
    auto made = internals::make_record("from/file", of.extents(), of.type());
    std::vector<char> numbers(of.extents().size() * internals::bytes_of(of.type()) + 1);
    internals::copy_out(of, numbers.data());
    internals::copy_in(numbers.data(), *made);
    return made;
}
Records from_file(std::span<const std::shared_ptr<stored_types::record>> of)
{
    Records made;
    for (const auto& one : of) made.push_back(from_file(*one));
    return made;
}

struct Step {
    std::shared_ptr<internals::tensors::NodeAction> action;
    std::string name;
};
Step step_of(const Graph& graph)
{
    for (const auto& node : static_cast<const internals::graphs::NodeList&>(*graph.nodes()))
        if (node.action) return {node.action, node.name};
    return {};
}

void run_step(internals::tensors::NodeAction& action, const std::vector<AnyTensor>& gradients)
{
    const AnyTensor* const in[]{&gradients[0], &gradients[1]};
    for (std::size_t i = 0; i < 2; ++i) internals::copy_in(gradients[i].body().data, *action.receives()[i]);
    action.run({in, 2}, internals::tensors::empty_tensor(dtype::boolean, {}));
}

StoredAction stored(const std::string& settings, std::span<const AnyTensor* const> forms, const Records& variables,
                    const Records& kept)
{
    return {.where = "file \"x\", node \"train\":",
            .settings = settings,
            .inputs = {forms.data(), forms.size()},
            .changes = internals::span_of(variables),
            .keeps = internals::span_of(kept),
            .type = dtype::boolean,
            .extents = {}};
}

/// Five steps of a graph and of the eager optimizer, to the bit; then the graph's step goes on from what a file has.
template <class O> void check_optimizer(const O& rule)
{
    INFO(O::class_name);
    Parts traced, eager;
    O optimizer(rule);
    Graph graph;
    const auto d = graph.trace<Learning>("digits", [&](Learning& l) {
        l.loss = traced.loss(l.kernel, l.bias);
        l.train_step = rule.minimize(l.loss);
    });
    std::uint64_t step = 1;
    for (; step <= 5; ++step) {
        const auto g = gradients_of_step(step);
        graph.run(d.train_step, {{d.kernel, g[0]}, {d.bias, g[1]}});
        optimizer.apply_gradients(g, variables(eager.kernel, eager.bias));
        CHECK(same_numbers(traced, eager));
    }
    const Step known = step_of(graph);
    REQUIRE(known.action);
    CHECK(known.name == internals::text_of({"digits/", O::class_name, "/update"}));
    const std::string settings = known.action->settings();
    const auto g = gradients_of_step(step);
    const AnyTensor* const forms[]{&g[0], &g[1]};
    const Records values = from_file(known.action->changes()), kept = from_file(known.action->keeps());
    const auto again =
        internals::graphs::optimizer_kind<O>.make(stored(settings, std::span<const AnyTensor* const>(forms), values, kept));
    CHECK(again->settings() == settings);
    CHECK(again->kind() == O::class_name);
    for (; step <= 8; ++step) {
        const auto next = gradients_of_step(step);
        optimizer.apply_gradients(next, variables(eager.kernel, eager.bias));
        run_step(*again, next);
        CHECK(same_numbers(*values[0], *eager.kernel.storage()));
        CHECK(same_numbers(*values[1], *eager.bias.storage()));
    }
}

} // namespace

TEST_CASE("assign is an effect in the order of the program", "[traced]")
{
    auto v = variable(constant(1.f), "count");
    Graph graph;
    const auto d = graph.trace<Counting>("counting", [&](Counting& c) {
        c.before = read(v) * 1.f;
        c.count = assign_add(v, c.x);
        c.after = read(v) + 10.f;
        c.less = assign_sub(v, 0.5f);
    });
    CHECK(d.count.dtype() == dtype::float32);
    const auto values = graph.run({d.before, d.count, d.after}, {{d.x, constant(2.f)}});
    CHECK(values[0].item() == 1);
    CHECK(values[1].item() == 3);
    CHECK(values[2].item() == 13);
    CHECK(read(v).item() == 3);
    CHECK(graph.run(d.less, {}).item() == 2.5);
    CHECK(assign(v, constant(7.f)).item() == 7);
    CHECK(assign_add(v, 1).item() == 8);
    CHECK(read(v).item() == 8);
}

TEST_CASE("optimizers take the eager steps inside of a graph, and go on from a file", "[traced]")
{
    check_optimizer(SGD{.learning_rate = 0.1f});
    check_optimizer(SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true, .clipvalue = 0.5f});
    check_optimizer(SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.1f, .decay_steps = 3, .decay_rate = 0.9f},
                        .use_ema = true,
                        .ema_overwrite_frequency = 3});
    check_optimizer(Adam{.learning_rate = 1e-2f, .amsgrad = true, .clipnorm = 1.f});
    check_optimizer(Adam{
        .learning_rate = CosineDecay{.initial_learning_rate = 0.01f, .decay_steps = 6, .warmup_target = 0.1f, .warmup_steps = 2},
        .gradient_accumulation_steps = 2});
    check_optimizer(AdamW{.learning_rate = 1e-2f, .weight_decay = 0.1f, .exclude_from_weight_decay = {"bias", "a \"name\""}});
    check_optimizer(RMSprop{.learning_rate = 1e-2f, .momentum = 0.5f, .centered = true, .global_clipnorm = 1.f});
    check_optimizer(Adagrad{.learning_rate = PiecewiseConstantDecay{.boundaries = {2, 6}, .values = {0.1f, 0.05f, 0.01f}}});
    check_optimizer(
        Adadelta{.learning_rate = InverseTimeDecay{.initial_learning_rate = 0.3f, .decay_steps = 2, .decay_rate = 0.5f}});
    check_optimizer(Adamax{.learning_rate = PolynomialDecay{.initial_learning_rate = 0.1f, .decay_steps = 10}});
    check_optimizer(Nadam{.learning_rate = CosineDecayRestarts{.initial_learning_rate = 0.1f, .first_decay_steps = 3}});
    check_optimizer(Ftrl{.learning_rate = 0.1f, .l1_regularization_strength = 0.01f, .beta = 0.1f});
    check_optimizer(Lion{.learning_rate = 1e-3f, .weight_decay = 0.01f});
    check_optimizer(Lamb{.learning_rate = 1e-2f, .use_ema = true});
    check_optimizer(Adafactor{.learning_rate = 1e-2f});
    check_optimizer(Muon{.learning_rate = 1e-2f, .exclude_layers = {"head"}});
}

TEST_CASE("a graph that learns is saved, and goes on to the same bits", "[traced]")
{
    Parts parts, eager;
    auto steps = variable(constant(0.f), "steps");
    Adam adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.1f, .decay_steps = 8}, .clipnorm = 1.f};
    Graph graph;
    struct Fields {
        Placeholder<float, 3, 5> kernel;
        Placeholder<float, 5> bias;
        Node count, train_step;
    };
    const auto d = graph.trace<Fields>("digits", [&](Fields& f) {
        GradientTape tape;
        const AnyTensor loss = parts.loss(f.kernel, f.bias);
        f.count = assign_add(steps, 1.f);
        f.train_step =
            adam.apply_gradients(tape.gradient(loss, variables(parts.kernel, parts.bias)), variables(parts.kernel, parts.bias));
    });
    const auto fed = [](std::uint64_t step) { return gradients_of_step(step); };
    std::uint64_t step = 1;
    const auto eager_step = [&] { adam.apply_gradients(fed(step), variables(eager.kernel, eager.bias)); };
    for (; step <= 3; ++step) {
        graph.run(d.train_step, {{d.kernel, fed(step)[0]}, {d.bias, fed(step)[1]}});
        eager_step();
    }
    CHECK(adam.state.step == 3); // the graph has a copy
    CHECK(same_numbers(parts, eager));
    CHECK(read(steps).item() == 3);

    const Temporary folder("learning");
    const auto path = folder.path / "learning.safetensors";
    graph.save(path);
    Graph loaded = Graph::load<families::core, families::optimizer<Adam>>(path);
    for (; step <= 6; ++step) {
        loaded.run("digits/Adam", {{"digits/kernel:0", fed(step)[0]}, {"digits/bias:0", fed(step)[1]}});
        eager_step();
    }
    const auto& kept = static_cast<const internals::graphs::NodeList&>(*loaded.nodes()).kept();
    CHECK(same_numbers(*kept.at("digits/hidden/kernel"), *eager.kernel.storage()));
    CHECK(same_numbers(*kept.at("digits/hidden/bias"), *eager.bias.storage()));
    CHECK(kept.at("digits/Adam/iterations")->data<std::int64_t>()[0] == 6);
    CHECK(kept.at("digits/steps")->data<float>()[0] == 6);
    CHECK(kept.find("digits/Adam/velocity/hidden/kernel") != kept.end());
}

TEST_CASE("a traced function steps the optimizer of the program", "[traced]")
{
    Parts parts, eager;
    auto adam = std::make_optional(Adam{.learning_rate = 0.1f});
    Adam own{.learning_rate = 0.1f};
    const auto train = lamina::function([&](const AnyTensor& kernel, const AnyTensor& bias) {
        return adam->minimize([&] { return parts.loss(kernel, bias); }, variables(parts.kernel, parts.bias));
    });
    for (std::uint64_t step = 1; step <= 5; ++step) {
        const auto g = gradients_of_step(step);
        if (step == 3) adam->learning_rate = own.learning_rate = 0.01f; // seen by both
        train(g[0], g[1]);
        own.apply_gradients(g, variables(eager.kernel, eager.bias));
        CHECK(same_numbers(parts, eager));
    }
    CHECK(adam->state.step == 5);
    adam.reset();
    const auto g = gradients_of_step(6);
    CHECK_THROWS_WITH(train(g[0], g[1]),
                      Catch::Contains("adam: the optimizer that a traced function steps is gone or was moved"));
}

TEST_CASE("a graph's step refuses what no file can keep, and settings that were damaged", "[traced]")
{
    Parts parts;
    const auto step_for = [&](const auto& rule) {
        Graph graph;
        graph.trace<Learning>("digits", [&](Learning& l) {
            l.loss = parts.loss(l.kernel, l.bias);
            l.train_step = rule.minimize(l.loss);
        });
        return step_of(graph).action;
    };
    CHECK_THROWS_WITH(step_for(SGD{.learning_rate = [](std::size_t) { return 0.1; }})->settings(),
                      Catch::Contains("sgd: learning_rate is a type of the program, so a file cannot keep the training step"));
    const auto step = step_for(SGD{.learning_rate = 0.1f, .momentum = 0.9f});
    const std::string good = step->settings();
    const auto g = gradients_of_step(1);
    const AnyTensor* const forms[]{&g[0], &g[1]};
    const Records values = from_file(step->changes()), kept = from_file(step->keeps());
    const auto refused = [&](const std::string& settings, const std::string& why) {
        CHECK_THROWS_WITH(
            internals::graphs::optimizer_kind<SGD>.make(stored(settings, std::span<const AnyTensor* const>(forms), values, kept)),
            Catch::Contains("file \"x\", node \"train\":") && Catch::Contains(why));
    };
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = good;
        return changed.replace(changed.find(from), from.size(), to);
    };
    refused("[]", "has no settings of an optimizer");
    refused("{\"config\": 3}", "has settings that are no object");
    refused("{\"config\": {}}", "lacks the option \"learning_rate\"");
    refused(with("\"momentum\": 0.9", "\"momentum\": 3"), "momentum is 3, it has to be in [0, 1]");
    refused(with("\"momentum\": 0.9", "\"momentum\": 1e300"), "has an option \"momentum\" that is no finite number");
    refused(with("\"momentum\": 0.9", "\"momentum\": 0"), "keeps");
    refused(with("\"nesterov\": false", "\"nesterov\": 1"), "has an option \"nesterov\" that is no true or false");
    refused(with("\"momentum\": 0.9", "\"momentum\": 0.9, \"more\": 1"), "settings where there are");
    refused(with("\"learning_rate\": 0.1", "\"learning_rate\": {\"class_name\": \"Other\", \"config\": {}}"),
            "has a schedule \"Other\", which lamina has not");
    refused(with("{\"config\"", "{\"in_row\": [1], \"config\""), "no list of one for each variable");
    CHECK(good.find("\"learning_rate\": 0.1,") != std::string::npos);
}
