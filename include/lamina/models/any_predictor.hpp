// lamina/models/any_predictor.hpp: one type for all that give predictions: models of any type, stand-ins, types of a program.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/models/predictor.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Any Predictor of one input and one output, chosen while the program runs: from a list, by an option, by a plugin.
///
/// It owns what it is made of, or refers to it where that is in std::ref, and then must not outlive it. It can be moved, and copied never.
/// `predict(any, x)` takes numbers of any type in any tensor, hands them on as xt::xarray<float>, and gives xt::xarray<float>.
///
/// Refuses  what is predicted; its sentences pass through.
/// Example  auto all = [](const auto& model, const auto& x) { const AnyPredictor any{std::ref(model)}; return predict_classes(any, x); };
class AnyPredictor {
public:
    /// The numbers that go in and out.
    using tensor = xt::xarray<float, xt::layout_type::row_major>;

    template <class Given, class P = std::remove_cvref_t<Given>>
        requires(!std::is_same_v<P, AnyPredictor>)
    AnyPredictor(Given&& predictor)
    {
        constexpr bool can_be_held = std::is_constructible_v<P, Given>, predicts = Predictor<std::unwrap_reference_t<P>, tensor>;
        static_assert(can_be_held,
                      "lamina: a model is moved into an AnyPredictor, std::move(model), or referred to, std::ref(model)");
        static_assert(predicts,
                      "lamina: an AnyPredictor is made of a model of one input, or of a type that has predict(x) for an "
                      "xt::xarray<float>");
        if constexpr (can_be_held && predicts) held = std::make_unique<Held<P>>(std::forward<Given>(predictor));
    }

    /// The predictions for a batch x [n, …].
    tensor predict(const tensor& x) const { return held->predict(x); }
    template <class X>
        requires(!std::is_same_v<X, tensor>)
    tensor predict(const X& x) const
    {
        return held->predict(copy_of(x));
    }

private:
    template <class X> static tensor copy_of(const X& x)
    {
        static_assert(internals::Expression<X> || internals::TypedTensor<X>,
                      "lamina: an AnyPredictor takes and gives one tensor");
        const auto& numbers = internals::read_one(x, Shape{}, "predict");
        typename tensor::shape_type extents(numbers.shape().begin(), numbers.shape().end());
        tensor copy(extents);
        const auto* const from = internals::start_of(numbers);
        for (std::size_t i = 0; i < copy.size(); ++i) copy.data()[i] = static_cast<float>(from[i]);
        return copy;
    }

    struct Any {
        virtual ~Any() = default;
        virtual tensor predict(const tensor& x) = 0;
    };
    template <class P> struct Held final : Any {
        template <class Given> explicit Held(Given&& of) : predictor(std::forward<Given>(of)) {}

        tensor predict(const tensor& x) override
        {
            std::unwrap_reference_t<P>& behind = predictor;
            auto result = internals::predictions_of(behind, x);
            if constexpr (std::is_same_v<decltype(result), tensor>) return result;
            else return copy_of(result);
        }

        P predictor;
    };

    std::unique_ptr<Any> held;
};

}} // namespace lamina
