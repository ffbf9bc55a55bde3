// lamina/ops/reshape.hpp: the op that gives the same numbers another shape.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/op.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// One of the extents may be -1: it is what is left.
template <int... Extents> struct Reshape {
    static_assert(sizeof...(Extents) <= Shape::max_rank, "lamina: a value has at most 6 axes");
    static_assert(((Extents >= -1) && ...) && (0 + ... + (Extents == -1)) <= 1, "lamina: one extent of reshape may be -1");
    static constexpr std::string_view name = "reshape";

    static constexpr verdict accept(const std::array<Shape, 1>& in)
    {
        std::size_t known = 1;
        ((known *= Extents < 0 ? std::size_t{1} : static_cast<std::size_t>(Extents)), ...);
        const std::size_t left = known == 0 ? 0 : in[0].size() / known;
        Shape out;
        (out.push_back(Extents < 0 ? left : static_cast<std::size_t>(Extents)), ...);
        return {out.size() == in[0].size() ? misfit::none : misfit::reshape_changes_the_number_of_elements, out};
    }

    template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n)
    {
        std::copy_n(in[0], call.size(n), y);
    }

    template <class T>
    static void backward(const OpCall<1>& call, const T* const*, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        if (din[0]) std::copy_n(dy, call.size(n), din[0]);
    }
};

}}} // namespace lamina::internals::ops
