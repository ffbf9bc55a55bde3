// What the tests of callbacks share: a training that is only figures.
#pragma once

#include <lamina/training/callback.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// The state in the middle of a training: `batch` batches are done.
inline lamina::Training training_of(std::size_t epochs, std::size_t batches, std::size_t batch = 0)
{
    lamina::Training t;
    t.epochs = epochs;
    t.batches = batches;
    t.batch = batch;
    return t;
}

/// Runs epochs as `fit` does, each with the next value of one figure; the model is one number, the epoch's. Returns the
/// number of epochs run.
template <class Callback>
std::size_t run(Callback& callback, lamina::Training& t, const std::string& figure, const std::vector<double>& values)
{
    using namespace lamina;
    t = {};
    t.epochs = values.size();
    t.variables = {std::make_shared<record>("w", shape{3}, number::float32),
                   std::make_shared<record>("v", shape{}, number::float64)};
    lamina::detail::call_train_begin(callback, t);
    std::size_t done = 0;
    for (; done < values.size() && !t.stop; ++done) {
        t.epoch = done;
        t.logs = {};
        lamina::detail::call_epoch_begin(callback, t);
        t.variables[0]->data<float>()[2] = static_cast<float>(done + 1);
        *t.variables[1]->data<double>() = static_cast<double>(done + 1);
        t.logs.set("loss", 0.5);
        t.logs.set(figure, values[done]);
        lamina::detail::call_epoch_end(callback, t);
    }
    lamina::detail::call_train_end(callback, t);
    return done;
}

/// The epoch, from 1, whose weights the model of the last `run` has.
inline double weights_of(const lamina::Training& t)
{
    return t.variables[0]->data<float>()[2] == static_cast<float>(*t.variables[1]->data<double>())
               ? *t.variables[1]->data<double>()
               : -1;
}
