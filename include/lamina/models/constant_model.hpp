// lamina/models/constant_model.hpp: a model whose weights are constants of the program, for programs without files and without heap.
//
// `export_header` writes the constants and the calls of this.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <new>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A model of type M that is bound to N arrays, in the order of its variables, each in stored order and on 64 bytes. It allocates nothing, is
/// never destroyed, and is only read.
///
/// Refuses  arrays that are not as many and as long as the model's variables: in a program without exceptions it ends there.
template <class M, std::size_t N> class ConstantModel {
public:
    template <class T, std::size_t... Length>
        requires(sizeof...(Length) == N)
    [[gnu::cold]] explicit ConstantModel(const T (&... arrays)[Length])
    {
        const void* const numbers[]{arrays...};
        constexpr std::size_t lengths[]{Length...};
        M& made = *new (model) M{};
        std::size_t at = 0;
        for_each_variable(made, [&](auto& variable) {
            const internals::form& needs = variable.needs();
            if (at == N || needs.type != stored_types::dtype_of<T> || variable.places.size != lengths[at])
                internals::fail({"a constant model: array ", at, " does not fit the model's variable; export it again"});
            variable.refer_to(*new (records[at].bytes) stored_types::record(needs.extents, needs.type, needs.as, numbers[at]));
            ++at;
        });
        if (at != N) internals::fail({"a constant model: ", N, " arrays for ", at, " variables; export it again"});
    }
    ConstantModel(const ConstantModel&) = delete;
    ConstantModel& operator=(const ConstantModel&) = delete;

    const M& get() const { return *std::launder(reinterpret_cast<const M*>(model)); }

private:
    struct Room {
        alignas(stored_types::record) std::byte bytes[sizeof(stored_types::record)];
    };
    alignas(M) std::byte model[sizeof(M)];
    Room records[N];
};

namespace internals {

/// The numbers that a block works in for one sample; what a struct works in lies on the stack.
template <class M> constexpr std::size_t sample_scratch()
{
    if constexpr (Block<M>) {
        static_assert(KnownRoom<M>, "lamina: this model has a layer whose memory is known only when it runs");
        return scratch_of<M>(fixed<std::size_t{1}>{});
    }
    else return 0;
}

} // namespace internals

/// The outputs of one sample, x [input] to y [output], without heap: in `scratch`, of `sample_scratch<M>()` numbers on 64 bytes.
template <class M>
void predict_sample(const M& model, const internals::number_type<M>* x, internals::number_type<M>* y,
                    [[maybe_unused]] internals::number_type<M>* scratch)
{
    using T = internals::number_type<M>;
    if constexpr (internals::Block<M>)
        model.forward(protocols::Mode{}, x, y, nullptr, scratch, internals::fixed<std::size_t{1}>{});
    else {
        static_assert(
            internals::input_count<M> == 1 && !internals::gives_tuple<M> && internals::declares_inputs<M>,
            "lamina: a struct that is exported has one output, and one input, whose shape it declares: using input = Input<…>");
        internals::FixedTensor<T, internals::declared_input<M, 0>> sample;
        std::copy_n(x, sample.size(), sample.data());
        const internals::FixedTensor<T, internals::output_of<M, 0>> result = model(sample);
        std::copy_n(result.data(), result.size(), y);
    }
}

/// The same in memory of its own, which is one for all calls: one thread at a time.
template <class M> void predict_sample(const M& model, const internals::number_type<M>* x, internals::number_type<M>* y)
{
    constexpr std::size_t room = internals::sample_scratch<M>();
    alignas(internals::alignment) static internals::number_type<M> scratch[room > 0 ? room : 1];
    predict_sample(model, x, y, scratch);
}

}} // namespace lamina
