// lamina/data/sources/generator.hpp: elements that a function of the program makes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>

#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class E, class F> struct GeneratorDataset {
    using element = E;
    struct Cursor {
        std::remove_cvref_t<std::invoke_result_t<const F&, Pass>> make;
        bool ended = false;

        bool next(E& to)
        {
            ended = ended || !make(to);
            return !ended;
        }
    };

    F f;

    Cursor open(Pass pass) const { return {f(pass)}; }
};

} // namespace internals

/// Elements of type E that a function makes: `f(pass)` begins a pass and gives a function `bool(E&)`, which fills the next element, or says
/// that there is none. After its first false it is not called again; where it throws, the next call goes on.
///
/// What it gives has to be a function of the pass alone, else a training that goes on at a position goes on elsewhere.
///
/// Example  auto squares = generator<int>([](Pass) { return [i = 0](int& to) mutable { to = i * i; return ++i <= 10; }; });
template <class E, class F> auto generator(F f)
{
    static_assert(std::is_invocable_v<const F&, Pass>,
                  "lamina: the function of a generator takes a Pass, and may be called as const");
    static_assert(std::is_invocable_r_v<bool, std::invoke_result_t<const F&, Pass>&, E&>,
                  "lamina: the function of a generator gives a function that fills an element and says whether there was one");
    return internals::GeneratorDataset<E, F>{std::move(f)};
}

}} // namespace lamina
