// lamina/layers/core/embedding.hpp: a learned row of numbers for each whole number.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_index(double found, std::size_t rows)
{
    fail({"Embedding: an index is ", found, ", it has to be a whole number from 0 to ", rows - 1});
}

} // namespace internals

/// Row x of a table of `Rows` rows of `Width`, for every number x of the input: whole numbers from 0 to Rows - 1.
///
/// Shapes   [a, b, …] -> [a, b, …, Width]. The input may have any integer type; it travels as the model's number type, and a float
///          counts to 16,777,216.
/// Options  initializer (uniform in ±0.05, as Keras), MaskZero: 0 is no step of a sequence, and weighs nothing in losses; row 0 stays
///          a row. KernelRegularizer<…> and KernelConstraint<…> of the table, Name.
/// Learns   embeddings [Rows, Width].
/// Refuses  an input without numbers; at compile time more rows than the number type counts to; at run time another index.
/// Example  Sequential<Input<40>, Embedding<5000, 16, MaskZero>, LSTM<32>, Dense<1, Sigmoid>> model;
template <std::size_t Rows, std::size_t Width, class... Options>
struct Embedding
    : protocols::layer_base<Embedding<Rows, Width, Options...>,
                            protocols::families<protocols::family::initializer, protocols::family::mask,
                                                protocols::family::kernel_regularizer, protocols::family::kernel_constraint>,
                            Options...> {
    static constexpr std::string_view kind = "Embedding";
    using initializer = protocols::chosen<protocols::family::initializer, RandomUniform<>, Options...>;
    static constexpr bool masks = std::is_same_v<protocols::chosen<protocols::family::mask, void, Options...>, MaskZero>;

    struct embeddings_of {
        static auto& of(auto& block) { return block.embeddings; }
        static constexpr std::string_view regularizer = "embeddings_regularizer", constraint = "embeddings_constraint";
    };
    using rules = protocols::rules_together<internals::kernel_rules<embeddings_of, Options...>>;

    template <class To> static void list_options(To& to)
    {
        to("input_dim", Rows);
        to("output_dim", Width);
        to("embeddings_initializer", initializer{}, RandomUniform<>{});
        to("mask_zero", masks, false);
        rules::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.size() == 0 || Rows * Width == 0) return refuses(protocols::misfit::an_extent_is_zero);
        if (in.rank == Shape::max_rank) return refuses(protocols::misfit::has_too_many_axes);
        in.push_back(Width);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Embedding, T, In> {
        static_assert(sizeof(T) > 4 || Rows <= (std::size_t{1} << 24),
                      "lamina: a float counts to 16,777,216; an Embedding of more rows needs a model of double");
        static constexpr std::size_t whole_below = Rows; ///< what the input may hold
        static constexpr std::size_t mask_steps = masks ? In.size() : 0;
        static constexpr bool each_step = true;

        Variable<T, Shape{Rows, Width}> embeddings;

        void initialize(Random random) { lamina::protocols::initialize<initializer>(embeddings, random, {}); }

        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) std::copy_n(embeddings.data() + row_of(x[i]), Width, y + i * Width);
            if (mask_steps > 0 && mode.mask_out)
                for (std::size_t i = 0; i < n * In.size(); ++i) mode.mask_out[i] = x[i] != T(0);
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T*,
                      std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size() && mode.parameters; ++i)
                internals::kernels::add(dy + i * Width, gradient.embeddings.data() + row_of(x[i]), Width);
            if (dx) std::fill_n(dx, n * In.size(), T(0));
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            return gather(with(embeddings), cast<std::int64_t>(x), 0);
        }
        template <class X, class With> X composed_mask(const With&, const X& x) const
        {
            return reshape(not_equal(x, 0), {-1, static_cast<int>(In.size())});
        }

    private:
        static std::size_t row_of(T x)
        {
            const auto row = x >= T(0) && x < T(Rows) ? static_cast<std::size_t>(x) : Rows;
            if (row == Rows || T(row) != x) internals::refuse_index(double(x), Rows);
            return row * (Width == 1 ? 1 : internals::row_stride<T>(Width)); // a column is stored as one row
        }
    };
};

}} // namespace lamina
