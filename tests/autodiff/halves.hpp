// tests/autodiff/halves.hpp: a layer of one's own that has no form in functions on tensors.
#pragma once

#include <lamina/lamina.hpp>

#include <cstddef>
#include <string_view>

namespace composed {

using namespace lamina;

/// y = x / 2, and nothing said in functions on tensors.
struct Halves {
    static constexpr std::string_view kind = "Halves";
    static constexpr protocols::verdict accept(Shape in) { return protocols::accepts(in); }
    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = Halves;
        static constexpr Shape input = In, output = In;
        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i] / 2;
        }
        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            for (std::size_t i = 0; dx && i < n * In.size(); ++i) dx[i] = dy[i] / 2;
        }
        auto operator()(const auto& x) const { return call(*this, x); }
    };
};

} // namespace composed
