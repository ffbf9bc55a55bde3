// lamina/graph/function.hpp: functions of tensors that are traced once and run as graphs from then on.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/traced/signature.hpp>
#include <lamina/ops/tensor.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::graphs {

template <class R> struct Listed; // how results are a list of tensors
template <TensorLike R> struct Listed<R> {
    static Tensors to(R y) { return {std::move(y)}; }
    static R from(Tensors y) { return R(std::move(y[0])); }
};
template <> struct Listed<Tensors> {
    static Tensors to(Tensors y) { return y; }
    static Tensors from(Tensors y) { return y; }
};
template <class R>
    requires requires { std::tuple_size<R>::value; }
struct Listed<R> {
    template <std::size_t... At> static R made(Tensors& y, std::index_sequence<At...>)
    {
        return R{std::tuple_element_t<At, R>(std::move(y[At]))...};
    }
    static Tensors to(R y)
    {
        return std::apply([](auto&... each) { return Tensors{std::move(each)...}; }, y);
    }
    static R from(Tensors y) { return made(y, std::make_index_sequence<std::tuple_size_v<R>>()); }
};

/// Never true: its argument is the error message.
template <class R> inline constexpr bool is_what_a_function_gives = false;

} // namespace internals::graphs

/// What `lamina::function` gives. Copies share what was traced.
template <class F> class Function {
public:
    explicit Function(F of) : f(std::make_shared<F>(std::move(of))) {}

    /// The results of f for these arguments. The first call with tensors of their types and shapes traces f, further ones run the graph.
    template <TensorLike... X> auto operator()(const X&... x) const
    {
        using R = std::remove_cvref_t<std::invoke_result_t<const F&, const X&...>>;
        constexpr bool known = requires { internals::graphs::Listed<R>::from; };
        static_assert(known || internals::graphs::is_what_a_function_gives<R>,
                      "lamina: a function gives a tensor, or several in a std::vector<AnyTensor>, array, pair or tuple");
        if constexpr (known) return internals::graphs::Listed<R>::from((*traced_for<X...>())({AnyTensor(x)...}));
    }

    /// How often f was traced for arguments of these C++ types.
    template <TensorLike... X> std::size_t traces() const { return traced_for<X...>()->traces(); }

private:
    using Traced = std::shared_ptr<internals::graphs::TracedFunction>;

    template <class... X> const Traced& traced_for() const
    {
        const std::lock_guard guard(*lock);
        for (const auto& [type, known] : *all)
            if (type == &type_of<X...>) return known;
        all->emplace_back(&type_of<X...>,
                          std::make_shared<internals::graphs::TracedFunction>([f = f](internals::graphs::Tensors in) {
                              return call<X...>(*f, std::move(in), std::index_sequence_for<X...>());
                          }));
        return all->back().second;
    }
    template <class... X, std::size_t... At>
    static internals::graphs::Tensors call(const F& f, internals::graphs::Tensors in, std::index_sequence<At...>)
    {
        using R = std::remove_cvref_t<std::invoke_result_t<const F&, const X&...>>;
        return internals::graphs::Listed<R>::to(f(X(std::move(in[At]))...));
    }
    template <class... X> static constexpr char type_of = 0;

    std::shared_ptr<const F> f;
    std::shared_ptr<std::mutex> lock = std::make_shared<std::mutex>();
    std::shared_ptr<std::deque<std::pair<const char*, Traced>>> all =
        std::make_shared<std::deque<std::pair<const char*, Traced>>>();
};

/// A function that runs as a graph: `f` is called once for each combination of types and shapes of its arguments, on values without numbers, and
/// what it computes is kept; a call then runs that without the program's steps in between. It is differentiated to any order, its way back is a
/// graph as well, and inside of another function, or of graph.trace, it is a part of that graph.
///
/// Options    f takes tensors and gives one, or several in a std::vector<AnyTensor>, array, pair or tuple. What else it needs it captures:
///            numbers and constant tensors become constants of the graph, variables are read anew by each call. What f does besides,
///            such as printing, is done while it is traced and not again; what it assigns to variables is done by every call.
/// Errors     what f throws while it is traced; an `if` on a tensor's value, by name.
/// Numerics   the ops are those of the eager function; sums and products that are joined may differ by their rounding.
/// Source     tf.function of TensorFlow 2.
/// Example    auto f = lamina::function([](auto x) { return tanh(x) * exp(sin(x)); }); auto y = f(constant(0.5));
template <class F> Function<F> function(F f) { return Function<F>(std::move(f)); }

/// Whether ops compute at once in this thread: false inside of a function that is traced.
///
/// Example    if (executing_eagerly()) std::puts("not traced");
inline bool executing_eagerly() { return internals::tensors::tracing == nullptr; }

}} // namespace lamina
