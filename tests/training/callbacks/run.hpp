// What the tests of callbacks share: a training that is only figures.
#pragma once

#include <lamina/training/callback.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// The state in the middle of a training: `batch` batches are done.
inline lamina::TrainingState training_of(std::size_t epochs, std::size_t batches, std::size_t batch = 0)
{
    lamina::TrainingState t;
    t.epochs = epochs;
    t.batches = batches;
    t.batch = batch;
    return t;
}

/// Runs epochs as `fit` does, each with the next value of one figure; the model is one number, the epoch's. Returns the
/// number of epochs run.
template <class Callback>
std::size_t run(Callback& callback, lamina::TrainingState& t, const std::string& figure, const std::vector<double>& values)
{
    using namespace lamina;
    using namespace lamina::internals;
    t = {};
    t.epochs = values.size();
    t.variables = {std::make_shared<record>("w", Shape{3}, dtype::float32),
                   std::make_shared<record>("v", Shape{}, dtype::float64)};
    callback_members::on_train_begin::call(callback, t);
    std::size_t done = 0;
    for (; done < values.size() && !t.stop; ++done) {
        t.epoch = done;
        t.logs = {};
        callback_members::on_epoch_begin::call(callback, t);
        t.variables[0]->data<float>()[2] = static_cast<float>(done + 1);
        *t.variables[1]->data<double>() = static_cast<double>(done + 1);
        t.logs.set("loss", 0.5);
        t.logs.set(figure, values[done]);
        callback_members::on_epoch_end::call(callback, t);
    }
    callback_members::on_train_end::call(callback, t);
    return done;
}

/// The epoch, from 1, whose weights the model of the last `run` has.
inline double weights_of(const lamina::TrainingState& t)
{
    return t.variables[0]->data<float>()[2] == static_cast<float>(*t.variables[1]->data<double>())
               ? *t.variables[1]->data<double>()
               : -1;
}
