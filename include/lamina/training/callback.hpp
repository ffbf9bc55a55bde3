// lamina/training/callback.hpp: what a callback of `fit` sees, and when it is called.
#pragma once

#include <lamina/core/record.hpp>
#include <lamina/training/logs.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace lamina {

/// The state of a running `fit`, as every callback receives it.
///
/// A callback is any object with some of these members; the others need not exist:
/// `on_train_begin(Training&)`, `on_epoch_begin(Training&)`, `on_batch_end(Training&)`, `on_epoch_end(Training&)`,
/// `on_train_end(Training&)`. Callbacks are called in the order they were given to `fit`.
struct Training {
    std::size_t epoch = 0;   ///< the running epoch, from 0
    std::size_t epochs = 0;  ///< how many were asked for
    std::size_t batch = 0;   ///< in `on_batch_end`: batches done in this epoch
    std::size_t batches = 0; ///< batches an epoch
    std::size_t samples = 0; ///< samples an epoch, without validation
    Logs logs{};             ///< running means after a batch; after an epoch with the validation's figures
    double learning_rate = 0;

    /// Every stored variable of the model, moving statistics included: to be copied, and written to, in place.
    std::vector<std::shared_ptr<record>> variables{};

    bool stop = false;        ///< set it, and training ends after this batch
    std::string stopped_by{}; ///< why, one sentence; History keeps it
};

namespace detail {

template <class C>
void call_train_begin(C& callback, Training& t)
{
    if constexpr (requires { callback.on_train_begin(t); }) callback.on_train_begin(t);
}
template <class C>
void call_epoch_begin(C& callback, Training& t)
{
    if constexpr (requires { callback.on_epoch_begin(t); }) callback.on_epoch_begin(t);
}
template <class C>
void call_batch_end(C& callback, Training& t)
{
    if constexpr (requires { callback.on_batch_end(t); }) callback.on_batch_end(t);
}
template <class C>
void call_epoch_end(C& callback, Training& t)
{
    if constexpr (requires { callback.on_epoch_end(t); }) callback.on_epoch_end(t);
}
template <class C>
void call_train_end(C& callback, Training& t)
{
    if constexpr (requires { callback.on_train_end(t); }) callback.on_train_end(t);
}

} // namespace detail

namespace detail {
/// Each of the five members that a callback has can be called as `fit` calls it.
template <class C>
constexpr bool well_formed_callback()
{
    using Plain = std::remove_const_t<C>;
    const auto fine = [](bool has, bool callable) { return !has || callable; };
    return fine(
               requires { &Plain::on_train_begin; }, requires(C& c, Training& t) { c.on_train_begin(t); }) &&
           fine(
               requires { &Plain::on_epoch_begin; }, requires(C& c, Training& t) { c.on_epoch_begin(t); }) &&
           fine(
               requires { &Plain::on_batch_end; }, requires(C& c, Training& t) { c.on_batch_end(t); }) &&
           fine(
               requires { &Plain::on_epoch_end; }, requires(C& c, Training& t) { c.on_epoch_end(t); }) &&
           fine(requires { &Plain::on_train_end; }, requires(C& c, Training& t) { c.on_train_end(t); });
}
} // namespace detail

/// An object that `fit` can call: it has at least one of the five members.
template <class C>
concept Callback = requires(C& c, Training& t) { c.on_train_begin(t); } || requires(C& c, Training& t) { c.on_epoch_begin(t); } ||
                   requires(C& c, Training& t) { c.on_batch_end(t); } || requires(C& c, Training& t) { c.on_epoch_end(t); } ||
                   requires(C& c, Training& t) { c.on_train_end(t); };

} // namespace lamina
