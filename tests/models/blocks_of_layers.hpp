// What the tests of blocks of layers share: the paths of a model, that it is copied, saved and loaded, and that it learns.
#pragma once

#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/core/parts.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <array>
#include <string>
#include <vector>

template <class M> std::vector<std::string> paths_in(const M& model)
{
    std::vector<std::string> paths;
    lamina::for_each_named_variable(model, [&](const std::string& path, const auto&) { paths.push_back(path); });
    return paths;
}

/// A model of four inputs and three outputs gives the same when it is copied, and when it is saved and loaded; it shares nothing.
template <class Net> void check_copies()
{
    const Temporary folder("blocks_of_layers");
    const auto model = lamina::build<Net>(lamina::Seed{5});
    const std::array<float, 4> x{0.3f, -1, 0.7f, 2};
    const auto copy = lamina::clone(model);
    lamina::save(model, folder.path / "a.safetensors");
    const auto again = lamina::load<Net>(folder.path / "a.safetensors");
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(copy(x)(k) == model(x)(k));
        CHECK(again(x)(k) == model(x)(k));
    }
    const auto ours = lamina::internals::records_of(model), theirs = lamina::internals::records_of(copy);
    REQUIRE(ours.size() == theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] != theirs[i]);
}

/// A model learns the problem of these samples with this loss, until that is below a fraction of what it was.
template <class M, class L, class Y>
void check_learns(L loss, const lamina::Samples<xt::xtensor<float, 2>, Y>& samples, double fraction)
{
    auto model = lamina::build<M>(lamina::Seed{1});
    auto trainer = lamina::compile(model, lamina::Adam{.learning_rate = 1e-2f}, loss);
    const double before = trainer.evaluate(samples)["loss"];
    trainer.fit(samples, {.epochs = 30});
    const double after = trainer.evaluate(samples)["loss"];
    INFO("the loss went from " << before << " to " << after);
    CHECK(after < fraction * before);
}

/// A Sequential learns three classes, a struct two numbers.
template <class Net, class Parts> void check_learns()
{
    check_learns<Net>(lamina::SparseCategoricalCrossentropy{}, points(300), 0.25);
    check_learns<Parts>(lamina::MeanSquaredError{}, curves(300), 0.1);
}
