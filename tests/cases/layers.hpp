// Runs a layer on a reference case: forward, the gradient of the input and of every weight, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/blocks/block.hpp>
#include <lamina/core/parts.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cases {

/// A block seen without its type, so that the protocol below is compiled once and not for every case.
template <class T> struct AnyBlock {
    std::vector<lamina::Shape> inputs;
    lamina::Shape output;
    bool across_batch = false;
    std::vector<std::shared_ptr<lamina::stored_types::record>> variables, gradients;

    virtual ~AnyBlock() = default;
    virtual std::size_t saved(std::size_t n) const = 0;
    virtual std::size_t scratch(std::size_t n) const = 0;
    /// `x` and `dx` have a pointer for each input.
    virtual void forward(lamina::protocols::Mode, const T* const* x, T* y, T* saved, T* scratch, std::size_t n) const = 0;
    virtual void backward(lamina::protocols::Mode, const T* const* x, const T* y, const T* saved, const T* dy, T* const* dx,
                          T* scratch, std::size_t n) = 0;
};

/// The two sides of a block: what it learned and the gradient of that, all zero.
template <class Block> struct Bound : AnyBlock<typename Block::value_type> {
    using T = typename Block::value_type;
    static constexpr bool joins = lamina::protocols::JoiningBlock<Block>;
    Block block, gradient;

    Bound()
    {
        if constexpr (joins) this->inputs.assign(Block::inputs::values, Block::inputs::values + Block::inputs::count);
        else this->inputs = {Block::input};
        this->output = Block::output;
        if constexpr (requires { Block::across_batch; }) this->across_batch = Block::across_batch;
        const auto bind = [](Block& to, auto& records) {
            lamina::for_each_named_variable(to, [&](const std::string& path, auto& variable) {
                variable.make(path);
                records.push_back(variable.storage());
            });
        };
        bind(block, this->variables);
        bind(gradient, this->gradients);
    }

    std::size_t saved(std::size_t n) const override { return lamina::internals::saved_of<Block>(n); }
    std::size_t scratch(std::size_t n) const override { return lamina::internals::scratch_of<Block>(n); }
    void forward(lamina::protocols::Mode mode, const T* const* x, T* y, T* saved, T* scratch, std::size_t n) const override
    {
        if constexpr (joins) block.forward(mode, x, y, saved, scratch, n);
        else block.forward(mode, *x, y, saved, scratch, n);
    }
    void backward(lamina::protocols::Mode mode, const T* const* x, const T* y, const T* saved, const T* dy, T* const* dx,
                  T* scratch, std::size_t n) override
    {
        if constexpr (joins) std::as_const(block).backward(mode, x, y, saved, dy, dx, gradient, scratch, n);
        else std::as_const(block).backward(mode, *x, y, saved, dy, *dx, gradient, scratch, n);
    }
};

/// Every demand on a block that a case can check; `weights` are Keras's names in Keras's order.
template <class T> void run(AnyBlock<T>& block, Case& c, const std::vector<std::string>& weights, bool training);

/// Why a layer refuses its input, in the compiler's words.
template <lamina::protocols::misfit Reason> std::string reason()
{
#if defined(_MSC_VER)
    return __FUNCSIG__;
#else
    return __PRETTY_FUNCTION__;
#endif
}

/// Runs a block in float and in double, unless its layer refuses.
template <lamina::protocols::misfit Answer, class Bind>
std::vector<std::string> answered(const char* folder, const std::vector<std::string>& weights, bool training, const Bind& bind)
{
    Case c(folder);
    if constexpr (Answer != lamina::protocols::misfit::none) c.differ("the layer refuses its input: " + reason<Answer>());
    else {
        using block = decltype(bind());
        Bound<block> single;
        run(single, c, weights, training);
        Bound<typename block::template as<double>> twice;
        run(twice, c, weights, training);
    }
    return c.differences();
}

/// Runs `Layer` on samples of shape [Extents…].
template <class Layer, std::size_t... Extents>
std::vector<std::string> layer(const char* folder, const std::vector<std::string>& weights, bool training)
{
    return answered<Layer::accept(lamina::internals::Extents<Extents...>::value).answer>(
        folder, weights, training, [] { return typename Layer::template on<Extents...>{}; });
}

/// Runs `Layer` on samples of several inputs, `Input<…>` each.
template <class Layer, class First, class... In>
std::vector<std::string> layer(const char* folder, const std::vector<std::string>& weights, bool training)
{
    return answered<Layer::accept(First::value, In::value...).answer>(
        folder, weights, training, [] { return typename Layer::template on_inputs<First, In...>{}; });
}

} // namespace cases
