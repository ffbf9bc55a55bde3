// Functions of a user, each of which calls what lamina does now and then. None may be compiled for size because of it:
// callers.cmake looks where the compiler put them. Only `caller_of_cold` shows that it would.
#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/graph/field_map.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/lamina.hpp>
#include <lamina/models/state.hpp>

#include <new>
#include <ostream>
#include <string>
#include <utility>

using namespace lamina;

using Net = Sequential<Input<4>, Dense<8, Tanh>, Dense<3, Softmax>>;
using Data = Samples<xt::xtensor<float, 2>, xt::xtensor<std::int32_t, 1>>;
using Fitted = decltype(compile(std::declval<Net&>(), Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}));

struct Plain {
    Net body;
    Dense<3, Tanh>::on<3> head;

    auto operator()(const auto& x) const { return head(body(x)); }
};

[[gnu::cold]] void cold();

extern "C" {
void caller_of_cold(float* y)
{
    cold();
    y[0] = 1;
}

// Models.
float caller_of_build(const float (&x)[4])
{
    const auto model = build<Net>(); // and its destructor
    return model(std::to_array(x))(0);
}
Plain caller_of_build_struct() { return build<Plain>(Seed{1}); }
Net caller_of_clone(const Net& model) { return clone(model); }
Net caller_of_zeros_like(const Net& model) { return zeros_like(model); }
std::string caller_of_summary(const Plain& model) { return summary(model); }
std::size_t caller_of_state(const Plain& model) { return state(model).size(); }
std::size_t caller_of_variables(const Plain& model) { return variables(model).size(); }
std::size_t caller_of_records_of(const Plain& model) { return internals::records_of(model).size(); }
void caller_of_workspace(const Plain& model, void* to) { new (to) Workspace<Plain>(model); }
void caller_of_predict(const Plain& model, const Data& data, Data& to) { to.x = predict(model, data.x); }

// Training.
void caller_of_compile(Net& model, void* to)
{
    new (to) Fitted(compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}));
}
void caller_of_fit(Fitted& training, const Data& data) { training.fit(data, {.epochs = 3}); }
void caller_of_evaluate(Fitted& training, const Data& data) { training.evaluate(data); }
void caller_of_train_on_batch(Fitted& training, const Data& data) { training.train_on_batch(data.x, data.y); }

void caller_of_losses(void* to)
{
    using Two = Losses<SparseCategoricalCrossentropy, MeanSquaredError>;
    new (to) Two(Two(SparseCategoricalCrossentropy{}, MeanSquaredError{}).weighted(1, 2).named("digit", "angle"));
}
void caller_of_history(const History& history, std::ostream& to) { to << history << history["loss"].back(); }
void caller_of_shape(std::ostream& to) { to << Net::input; }

// Files.
void caller_of_save(const Net& model, const char* path) { save(model, path); }
Net caller_of_load(const char* path) { return load<Net>(path); }
Net caller_of_graph_build(Graph& graph) { return graph.build<Net>("net"); }
void caller_of_graph_save(const Graph& graph) { graph.save("graph"); }
void caller_of_graph_load(Graph& graph) { graph = Graph::load("graph"); }
std::size_t caller_of_to_graph(const Plain& model) { return to_graph(model).size(); }
void caller_of_from_graph(Plain& model, const FieldMap& map, Graph& graph) { from_graph(model, map, graph); }
void caller_of_map_write(const FieldMap& map) { map.write("map"); }
void caller_of_checkpoint(Net& model) { CheckpointManager({{"model", model}}, "folder").save(); }
bool caller_of_restore(Net& model) { return CheckpointManager({{"model", model}}, "folder").restore_latest(); }
}
