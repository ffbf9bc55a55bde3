// lamina/layers/recurrent/rnn.hpp: a cell of one's own, led over the steps of a sequence.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/layers/recurrent/recurrent_options.hpp>
#include <lamina/layers/recurrent/sequence_block.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What an RNN leads over the steps of a sequence: `docs/custom_layers.md` explains each member. Here it is asked for numbers of float and
/// one feature; a cell may well have other types and sizes in mind.
template <class C>
concept RecurrentCell = requires(const typename C::template block<float, 1>& cell, typename C::template block<float, 1>& gradient,
                                 const float* in, float* out, std::size_t n) {
    { C::units } -> std::convertible_to<std::size_t>;
    cell.forward(Mode{}, in, in, out, out, out, n);
    cell.backward(Mode{}, in, in, in, in, in, out, out, gradient, out, n);
};

} // namespace protocols

namespace internals {

/// The units of a cell, 0 of what is none; its states, rows of units, one where it does not say.
template <class C> constexpr std::size_t units_of()
{
    if constexpr (requires { C::units; }) return C::units;
    else return 0;
}
template <class C> constexpr std::size_t states_of()
{
    if constexpr (requires { C::states; }) return C::states;
    else return 1;
}

/// The block: the walk, and the cell at each step.
template <class L, class T, Shape In> struct CellBlock : SequenceBlock<L, T, In> {
    using block_of_cell = typename L::cell::template block<T, In[1]>;
    static constexpr bool projects = false;
    static constexpr std::size_t wide = In[1], multiply_adds = In[0] * multiply_adds_of<block_of_cell>();

    block_of_cell cell;

    static constexpr std::size_t kept(std::size_t n) { return padded<T>(saved_of<block_of_cell>(n)); }
    static constexpr std::size_t room(std::size_t n) { return padded<T>(scratch_of<block_of_cell>(n)); }

    static void begin(Mode, T*, std::size_t) {}
    void forward_step(Mode mode, const T* x, const T* before, T* after, T* kept, T* room, std::size_t n) const
    {
        cell.forward(mode.inside(0), x, before, after, kept, room, n);
    }
    void backward_step(Mode mode, const T* x, const T* before, const T* after, const T* kept, const T* ds, T* dbefore, T* dx,
                       CellBlock& gradient, T* room, std::size_t n, std::size_t) const
    {
        cell.backward(mode.inside(0), x, before, after, kept, ds, dx, dbefore, gradient.cell, room, n);
    }
    /// One step after another, in functions on tensors, of a cell that has
    /// `std::array<X, states> compose(with, x, before)`.
    template <class X, class With> auto composed_steps(const With& with, const X& x) const
    {
        return [this, with = with.inside(0), of_input = split(x, In[0], 1)](
                   std::size_t t, const std::array<X, L::states>& before) -> std::array<X, L::states> {
            const X now = as_samples<Shape{wide}>(of_input[t]);
            const block_of_cell& one = this->cell;
            if constexpr (requires { one.compose(with, now, before); }) return one.compose(with, now, before);
            else refuse_form_in_ops("the cell of an RNN");
        };
    }

    /// One step of a stream: `models/stream.hpp`.
    static constexpr std::size_t state = L::states * L::units;
    static constexpr std::size_t step_scratch() { return padded<T>(state) + kept(1) + room(1); }
    void step(const T* x, T* y, T* now, T* scratch) const
        requires(!L::backwards)
    {
        T* const keep = scratch + padded<T>(state);
        cell.forward(Mode{}, x, now, scratch, keep, keep + kept(1), 1);
        std::copy_n(scratch, state, now);
        std::copy_n(now, L::units, y);
    }

    static void finish(Mode, const T*, const T*, T*, CellBlock&, T*, std::size_t, std::size_t) {}
};

} // namespace internals

/// A cell of one's own, at every step of a sequence: Keras's RNN.
///
/// Shapes   [steps, features] -> [Cell::units], the output of the last step that is there; with ReturnSequences [steps, Cell::units].
/// Options  ReturnSequences, Backwards, ZeroOutputForMask, Name.
/// Learns   what the cell learns: cell/kernel and so on.
/// Masks    a step that is masked leaves the states as they were; with ReturnSequences the mask is passed on.
/// Refuses  any rank but 2, a cell without units or a block with its passes.
/// Example  const auto made = []<protocols::RecurrentCell C>() { return Sequential<Input<50, 3>, RNN<C>, Dense<1>>{}; };
template <class Cell, class... Options>
struct RNN : protocols::layer_base<
                 RNN<Cell, Options...>,
                 protocols::families<protocols::family::result, protocols::family::direction, protocols::family::masked_output>,
                 Options...>,
             internals::walk_options<Options...> {
    static constexpr std::string_view kind = "RNN";
    using cell = Cell;
    static constexpr std::size_t units = internals::units_of<Cell>(), states = internals::states_of<Cell>();
    static constexpr internals::fraction input_rate = 0.0;
    template <class... More> using with = RNN<Cell, Options..., More...>;

    static constexpr protocols::verdict accept(Shape in)
    {
        if constexpr (!protocols::RecurrentCell<Cell>)
            return refuses(protocols::misfit::its_cell_lacks_units_or_a_block_with_forward_and_backward);
        else return internals::accept_sequence(in, units, RNN::sequences);
    }

    template <class T, Shape In> using block = internals::CellBlock<RNN, T, In>;
};

}} // namespace lamina
