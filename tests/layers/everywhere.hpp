// A table of layers, each in a struct, used twice, frozen, in a Residual, on several threads, in files and graphs: one model has them all, so
// that what goes over models is compiled once for a table, and of each layer its passes alone.
#pragma once

#include "catch.hpp"
#include "data/temporary.hpp"

#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/freeze.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/preprocessing/discretization.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace everywhere {

using namespace lamina;

/// A row of a table: a layer, and what leads from its output back to the shape of its input.
template <class L, class... Back> struct Row {};

/// A number that depends on a layer, used on x and on y, and on a Residual with it.
template <Shape In, class R> struct Pair;
template <Shape In, class L, class... Back> struct Pair<In, Row<L, Back...>> {
    typename L::template block<double, In> alone;
    typename Residual<L, Back...>::template block<double, In> inside;

    auto operator()(const auto& x, const auto& y) const
    {
        return mean(square(alone(x) - 0.5 * alone(y))) + mean(square(inside(x) - 0.5 * inside(y)));
    }
};

/// A layer over whole numbers, in a row: it reads 0, 1 or 2.
template <class L> struct Whole {};
template <Shape In, class L, class... Back> struct Pair<In, Row<Whole<L>, Back...>> {
    using Ranges = Discretization<-0.3, 0.3>;
    typename Ranges::template block<double, In> ranges;
    typename L::template block<double, In> alone;
    typename Residual<Ranges, L, Back...>::template block<double, In> inside;

    auto operator()(const auto& x, const auto& y) const
    {
        return mean(square(alone(ranges(x)) - 0.5 * alone(ranges(y)))) + mean(square(inside(x) - 0.5 * inside(y)));
    }
};

/// The rows of a table from one on; the table is a type of its own, so that names stay short.
template <class Of, std::size_t At, bool IsLast = At + 1 == std::tuple_size_v<typename Of::rows>> struct RowsFrom {
    Pair<Of::input::value, std::tuple_element_t<At, typename Of::rows>> row;
    RowsFrom<Of, At + 1> rest;

    auto operator()(const auto& x, const auto& y) const { return row(x, y) + rest(x, y); }
};
template <class Of, std::size_t At> struct RowsFrom<Of, At, true> {
    Pair<Of::input::value, std::tuple_element_t<At, typename Of::rows>> row;

    auto operator()(const auto& x, const auto& y) const { return row(x, y); }
};

/// The model of a table over two inputs of its shape. What is learned before the rows gets the gradients of all their inputs.
template <class Of> struct Table {
    using inputs = Inputs<typename Of::input, typename Of::input>;
    typename Dense<Of::input::value.back(), EachRow>::template block<double, Of::input::value> before;
    RowsFrom<Of, 0> rows;

    auto operator()(const auto& x, const auto& y) const { return reshape<1>(rows(before(x), before(y))); }
};
template <std::size_t Rank> using TwoInputs = std::tuple<xt::xtensor<double, Rank>, xt::xtensor<double, Rank>>;

template <class M> auto inputs_of(std::size_t n)
{
    constexpr Shape in = M::inputs::values[0];
    std::mt19937 random(7);
    std::uniform_real_distribution<double> draw(-1, 1);
    TwoInputs<in.rank + 1> made;
    const auto fill = [&](auto& x) {
        std::array<std::size_t, in.rank + 1> extents{n};
        for (std::size_t axis = 0; axis < in.rank; ++axis) extents[axis + 1] = in[axis];
        x.resize(extents);
        for (double& value : x) value = draw(random);
    };
    fill(std::get<0>(made));
    fill(std::get<1>(made));
    return made;
}

/// The numbers of a model's variables, in order.
template <class M> std::vector<std::vector<double>> numbers(const M& model)
{
    std::vector<std::vector<double>> found;
    for (const auto& [name, variable] : state(model)) {
        found.emplace_back();
        variable.storage()->template for_each<double>([&](double& v) { found.back().push_back(v); });
    }
    return found;
}

/// A model whose learned numbers are drawn; what is observed lies about 1.
template <class M> M drawn()
{
    auto model = build<M>(Seed{3});
    std::mt19937 random(5);
    std::uniform_real_distribution<double> draw(-0.4, 0.4);
    for_each_variable(model, [&](auto& v) {
        v.storage()->template for_each<double>([&](double& e) { e = (v.as.observed ? 1 : 0.1) + draw(random); });
    });
    return model;
}

/// A step on the first so many samples; gives the loss.
template <class M> double step(M& model, std::size_t n, float rate, std::size_t threads = 1)
{
    const auto samples = inputs_of<M>(n);
    const xt::xtensor<double, 2> zeros = xt::zeros<double>({n, std::size_t(1)});
    auto trainer = compile(model, SGD{.learning_rate = rate}, MeanSquaredError{});
    return trainer.train_on_batch(samples, zeros, {}, threads, Seed{2})["loss"];
}

/// Parts of a table have the paths rows/rest/…/row/alone and …/inside.
inline std::string part_of(const std::string& path)
{
    for (const char* part : {"alone/", "inside/"})
        if (const auto at = path.find(part); at != path.npos)
            return path.substr(0, at) + std::string(part, std::string_view(part).size() - 1);
    return path.substr(0, path.find('/'));
}

/// The gradient of every variable agrees with central differences of the loss, along one direction.
template <class M> void check_gradients(const M& of)
{
    const auto before = numbers(of);
    auto stepped = clone(of);
    step(stepped, 5, 1);
    const auto after = numbers(stepped);
    const auto names = state(of);
    std::mt19937 random(11);
    for (std::size_t v = 0; v < before.size(); ++v) {
        if (!names[v].variable.storage()->learned()) continue;
        std::vector<double> direction;
        double along = 0;
        for (std::size_t i = 0; i < before[v].size(); ++i) {
            direction.push_back(random() % 2 ? 1 : -1);
            along += direction[i] * (before[v][i] - after[v][i]);
        }
        const auto loss_at = [&](double distance) {
            auto moved = clone(of);
            std::size_t i = 0;
            state(moved)[v].variable.storage()->template for_each<double>([&](double& e) { e += distance * direction[i++]; });
            return step(moved, 5, 0);
        };
        constexpr double h = 1e-6;
        INFO(names[v].name);
        CHECK(along == Approx((loss_at(h) - loss_at(-h)) / (2 * h)).epsilon(1e-5).margin(1e-6));
    }
}

/// A frozen part stays as it is, and all others learn what they learned without that.
template <class M> void check_frozen(const M& of, bool others_stay)
{
    auto stepped = clone(of);
    step(stepped, 5, 0.1f);
    const auto before = numbers(of), after = numbers(stepped);
    const auto names = state(of);
    std::string last;
    for (const auto& [name, variable] : names) {
        const std::string part = part_of(name);
        if (part == last) continue;
        last = part;
        INFO(part);
        auto frozen = clone(of);
        REQUIRE(freeze(frozen, part + "/**") > 0);
        step(frozen, 5, 0.1f);
        const auto now = numbers(frozen);
        for (std::size_t v = 0; v < now.size(); ++v) {
            INFO(names[v].name);
            if (part_of(names[v].name) == part) CHECK(now[v] == before[v]);
            else if (others_stay) CHECK(now[v] == after[v]);
        }
    }
}

template <class M> void check_threads(const M& of)
{
    auto one = clone(of);
    const double loss = step(one, 70, 0.1f);
    const auto after = numbers(one);
    const auto samples = inputs_of<M>(70);
    const auto alone = predict(one, samples);
    for (const std::size_t threads : {2u, 4u}) {
        auto several = clone(of);
        CHECK(step(several, 70, 0.1f, threads) == loss);
        CHECK(numbers(several) == after);
        CHECK((predict(one, samples, {.threads = threads}) == alone));
    }
}

/// Saved and loaded, in a checkpoint, in a graph: the same numbers and the same outputs.
template <class M> void check_stored(M& of)
{
    const Temporary folder("everywhere");
    const auto samples = inputs_of<M>(3);
    const auto before = numbers(of);
    const auto wanted = predict(of, samples);
    const auto same = [&](const M& other) {
        CHECK(numbers(other) == before);
        CHECK((predict(other, samples) == wanted));
    };
    same(clone(of));
    save(of, folder.path / "model.safetensors");
    same(load<M>(folder.path / "model.safetensors"));

    auto other = build<M>(Seed{9});
    Checkpoint({{"model", of}}).save(folder.path / "checkpoint.safetensors");
    Checkpoint({{"model", other}}).restore(folder.path / "checkpoint.safetensors");
    same(other);

    Graph graph;
    auto stored = clone(of);
    graph.bind(stored, "net");
    graph.save(folder.path / "net.graph");
    const Graph again = Graph::load(folder.path / "net.graph");
    M bound;
    for_each_named_variable(bound, [&](const std::string& path, auto& variable) { variable.bind(again.find("net/" + path)); });
    same(bound);
}

/// Everything of a table. `others_stay`: freezing a part changes nothing that the others see.
template <class M> void check(bool others_stay = true)
{
    auto model = drawn<M>();
    check_gradients(model);
    check_frozen(model, others_stay);
    check_threads(model);
    check_stored(model);
}

} // namespace everywhere
