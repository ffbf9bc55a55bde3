// lamina/graph/host_function.hpp: a function of the program as a node of a graph, found again by its name.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/ops/tensor.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::graphs {

using tensors::Inputs;

/// A function of the program, without its types.
struct HostFunctionEntry {
    std::string name;
    const std::type_info* function_type = nullptr; ///< of the function that was given
    std::size_t arguments = 0;
    dtype type{};    ///< of the result
    Shape extents{}; ///< of the result
    std::function<AnyTensor(const Inputs&)> call{};

    /// The shape of the result: an extent that is dyn is that of the first argument.
    Shape shape_for(const Inputs& in) const
    {
        Shape s = extents;
        for (std::size_t axis = 0; axis < s.rank; ++axis)
            if (s[axis] == tensors::unknown && in.size() > 0 && axis < in[0].rank()) s.extents[axis] = in[0].shape()[axis];
        return s;
    }
};

class HostFunctions {
public:
    static HostFunctions& all()
    {
        static HostFunctions known;
        return known;
    }
    void add(std::shared_ptr<const HostFunctionEntry> entry)
    {
        const std::lock_guard guard(lock);
        auto& place = by_name[entry->name];
        if (place && *place->function_type != *entry->function_type)
            fail({"host_function: there is another function \"", entry->name, "\" already; give each a name of its own"});
        place = std::move(entry);
    }
    /// Null where there is none.
    std::shared_ptr<const HostFunctionEntry> find(std::string_view name) const
    {
        const std::lock_guard guard(lock);
        const auto found = by_name.find(name);
        return found == by_name.end() ? nullptr : found->second;
    }

private:
    mutable std::mutex lock;
    std::map<std::string, std::shared_ptr<const HostFunctionEntry>, std::less<>> by_name;
};

class HostCall final : public tensors::NodeAction {
public:
    explicit HostCall(std::shared_ptr<const HostFunctionEntry> of) : function(std::move(of)) {}

    static constexpr std::string_view name_of_kind = "HostFunction";
    std::string_view kind() const override { return name_of_kind; }
    std::string settings() const override
    {
        return text_of({"{\"name\": ", safetensors::detail::json_quoted{function->name}, "}"});
    }
    Shape result_shape(const Inputs& in, const Shape&) const override { return function->shape_for(in); }
    void run(const Inputs& in, const AnyTensor& out) override
    {
        const AnyTensor y = function->call(in);
        if (y.shape() != out.shape())
            fail({"host_function: \"", function->name, "\" gave a tensor of shape ", y.shape(), ", the graph needs ", out.shape(),
                  ", since an extent that is dyn is that of the first argument"});
        if (y.size() > 0) std::memcpy(out.body().data, y.body().data, y.size() * bytes_of(y.dtype()));
    }

private:
    std::shared_ptr<const HostFunctionEntry> function;
};

/// Never true: its argument is the error message.
template <class R> inline constexpr bool is_a_result_of_a_host_function = false;

} // namespace internals::graphs

/// What `host_function` gives; R is the static tensor that the function gives, A are those that it takes.
template <class R, class... A> class HostFunction {
public:
    explicit HostFunction(std::shared_ptr<const internals::graphs::HostFunctionEntry> of) : entry(std::move(of)) {}

    /// Calls the function, or inside of a trace becomes a node that does.
    R operator()(const A&... x) const
    {
        using namespace internals;
        const AnyTensor* const all[]{&x..., nullptr};
        const tensors::Inputs in(all, sizeof...(A));
        if (tensors::tracing)
            return R(tensors::tracing->act(entry->name, std::make_shared<graphs::HostCall>(entry), in, entry->shape_for(in),
                                           entry->type));
        return R(entry->call(in));
    }

private:
    std::shared_ptr<const internals::graphs::HostFunctionEntry> entry;
};

namespace internals::graphs {

template <class Signature> struct HostSignature;
template <class R, class... X> struct HostSignature<std::function<R(X...)>> {
    static_assert(StaticTensor<R> || is_a_result_of_a_host_function<R>,
                  "lamina: a host function says its result's type, dyn for extents that vary: -> Tensor<float, dyn, 10>");
    static_assert((TensorLike<X> && ...), "lamina: a host function takes tensors; what else it needs it captures");
    using type = HostFunction<R, std::remove_cvref_t<X>...>;

    template <class F> static type make(std::string name, F f)
    {
        auto entry = std::make_shared<HostFunctionEntry>();
        entry->name = std::move(name);
        entry->function_type = &typeid(F);
        entry->arguments = sizeof...(X);
        entry->type = stored_types::dtype_of<typename R::value_type>;
        entry->extents = R::extents;
        entry->call = [f = std::move(f)](const Inputs& in) {
            const StopRecording pause(~0u);
            auto y = [&]<std::size_t... At>(std::index_sequence<At...>) {
                return f(std::remove_cvref_t<X>(in[At])...);
            }(std::index_sequence_for<X...>());
            y.set_trail({});
            return AnyTensor(std::move(y));
        };
        HostFunctions::all().add(entry);
        return type(std::move(entry));
    }
};

} // namespace internals::graphs

/// A function of the program that a graph calls by name: what ops cannot say, such as a table that is looked up, or a report. Called
/// outside of a trace it is `f`. A program that loads the graph defines the function under the same name before it loads; one that does not
/// is told so before anything runs.
///
/// Options    f takes tensors and gives a static tensor, `-> Tensor<float, dyn, 10>`; an extent that is dyn is that of the first argument at the
///            same place. No gradient flows through it: custom_gradient gives it one.
/// Errors     a name that another function has; arguments and results of other types or shapes than f says.
/// Numerics   those of f. It is called whenever a run needs its value, once.
/// Source     tf.numpy_function of TensorFlow 2.
/// Example    auto halve = host_function("halve", [](const Tensor<float, dyn>& x) -> Tensor<float, dyn> { return x * 0.5f; });
template <class F> auto host_function(std::string name, F f)
{
    using signature = internals::graphs::HostSignature<decltype(std::function(std::declval<F>()))>;
    return signature::make(std::move(name), std::move(f));
}

}} // namespace lamina
