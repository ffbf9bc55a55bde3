// BatchNormalization in files: out of a checkpoint and out of a graph training goes on to the bit, moving statistics and all.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/lamina.hpp>

#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/field_map.hpp>

using namespace lamina;

namespace {

using Net = Sequential<Input<4>, Dense<8>, BatchNormalization<Momentum<0.9>>,
                       Residual<Dense<8, NoBias>, BatchNormalization<NoScale>>, Dense<2>>;

struct Twice { // a normalization that is used twice
    Dense<4>::on<4> in;
    BatchNormalization<>::on<4> norm;
    Dense<2>::on<4> out;
    auto operator()(const auto& x) const { return out(norm(norm(in(x)))); }
};

template <class M> std::vector<float> all_of(const M& model)
{
    std::vector<float> found;
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&](float& value) { found.push_back(value); });
    return found;
}

} // namespace

TEMPLATE_TEST_CASE("out of a checkpoint it goes on to the bit", "[layers][normalization]", Net, Twice)
{
    const Temporary folder("batch_normalization_checkpoint");
    const auto samples = curves(90); // batches of 40, 40, 10
    auto whole = build<TestType>(Seed{5});
    compile(whole, Adam{}, MeanSquaredError{}).fit(samples, {.epochs = 3, .batch_size = 40});
    {
        auto model = build<TestType>(Seed{5});
        auto trainer = compile(model, Adam{}, MeanSquaredError{});
        trainer.fit(samples, {.epochs = 1, .batch_size = 40});
        Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.save(folder.path / "one");
    }
    auto model = build<TestType>(Seed{6});
    auto trainer = compile(model, Adam{}, MeanSquaredError{});
    Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.restore(folder.path / "one");
    trainer.fit(samples, {.epochs = 2, .batch_size = 40});
    CHECK(all_of(model) == all_of(whole));
}

TEMPLATE_TEST_CASE("out of a graph it predicts and goes on to the bit", "[layers][normalization]", Net, Twice)
{
    const Temporary folder("batch_normalization_graph");
    const auto samples = curves(90);
    Graph graph;
    auto model = graph.build<TestType>("net", Seed{5});
    compile(model, Adam{}, MeanSquaredError{}).fit(samples, {.batch_size = 40});
    graph.save(folder.path / "net");

    auto read = Graph::load(folder.path / "net");
    TestType found;
    from_graph(found, to_graph(model), read);
    CHECK((predict(found, samples.x) == predict(model, samples.x)));
    CHECK(variables(found).size() == variables(model).size()); // the statistics are observed, not trained
    compile(model, Adam{}, MeanSquaredError{}).fit(samples, {.batch_size = 40});
    compile(found, Adam{}, MeanSquaredError{}).fit(samples, {.batch_size = 40});
    CHECK(all_of(found) == all_of(model));
}
