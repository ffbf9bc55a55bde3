// lamina/ops/printing.hpp: a tensor as text: its numbers as numpy prints an array, then its shape and type as TensorFlow says them.
//
//     [[1.  2.5]
//      [3.  4. ]], shape=(2, 2), dtype=float32
//
// Numbers have up to eight digits behind the point and a common width; of more than 1000 the first and last three of each axis are shown.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/ops/number_text.hpp>
#include <lamina/ops/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

class ArrayText {
public:
    [[gnu::cold]] explicit ArrayText(const AnyTensor& of)
        : t(of), steps{}, single(of.dtype() != dtype::float64), whole(is_integer(of.dtype())), summarized(of.size() > 1000)
    {
        std::size_t step = 1;
        for (std::size_t axis = t.rank(); axis-- > 0; step *= t.shape()[axis]) steps[axis] = step;
        if (t.rank() > 0 && t.size() > 0) choose_form();
    }

    [[gnu::cold]] std::string text() const
    {
        if (t.size() == 0) return "[]";
        if (t.rank() > 0) return axis_text(0, 0, " ", 75);
        if (t.dtype() == dtype::boolean) return t.item(0) != 0 ? "True" : "False";
        return whole ? whole_text(0) : lone_number_text(t.item(0), single);
    }

private:
    static constexpr std::size_t edge = 3;
    static constexpr int most_places = 8;

    /// f(where it is) for each number that is shown.
    template <class F> void each_shown(std::size_t axis, std::size_t begin, const F& f) const
    {
        if (axis == t.rank()) return f(begin);
        const std::size_t extent = t.shape()[axis];
        const bool cut = summarized && extent > 2 * edge;
        for (std::size_t i = 0; i < extent; ++i)
            if (!cut || i < edge || i >= extent - edge) each_shown(axis + 1, begin + i * steps[axis], f);
    }

    std::string whole_text(std::size_t at) const
    {
        std::string text;
        if (t.dtype() == dtype::uint64) print(text, t.item<std::uint64_t>(at));
        else print(text, t.item<std::int64_t>(at));
        return text;
    }

    void choose_form()
    {
        if (whole) {
            each_shown(0, 0, [&](std::size_t at) { width = std::max(width, whole_text(at).size()); });
            return;
        }
        if (t.dtype() == dtype::boolean) return;
        double largest = 0, smallest = HUGE_VAL;
        bool all_finite = true, some_negative = false;
        each_shown(0, 0, [&](std::size_t at) {
            const double x = t.item(at), size = std::fabs(x);
            if (!std::isfinite(x)) {
                all_finite = false;
                some_negative = some_negative || x < 0;
            }
            else if (size > 0) {
                largest = std::max(largest, size);
                smallest = std::min(smallest, size);
            }
        });
        const double lowest = single ? static_cast<double>(1e-4f) : 1e-4; // a bound of the numbers' own type, as numpy 2 has it
        if (largest > 0) with_exponent = largest >= 1e8 || smallest < lowest || largest / smallest > 1000;
        std::size_t left = 0, right = 0;
        each_shown(0, 0, [&](std::size_t at) {
            if (!std::isfinite(t.item(at))) return;
            const Decimal d = decimal(t.item(at), single, most_places, with_exponent);
            if (with_exponent) {
                left = std::max<std::size_t>(left, d.negative ? 2 : 1);
                behind = std::max(behind, d.digits.size() - 1);
                exponent_digits = std::max(exponent_digits, exponent_text(d.exponent).size() - 2);
            }
            else {
                const PointText text(d);
                left = std::max(left, text.before.size());
                behind = std::max(behind, text.behind.size());
            }
        });
        right = with_exponent ? exponent_digits + 2 + behind : behind;
        width = left + 1 + right;
        if (!all_finite) width = std::max<std::size_t>(width, some_negative ? 4 : 3);
        before = width - 1 - right;
    }

    std::string word_at(std::size_t at) const
    {
        if (t.dtype() == dtype::boolean) return t.item(at) != 0 ? " True" : "False";
        const double x = t.item(at);
        std::string text;
        if (whole) text = whole_text(at);
        else if (!std::isfinite(x)) text = infinite_text(x);
        else {
            const Decimal d = decimal(x, single, most_places, with_exponent);
            if (with_exponent) {
                text = text_of({d.negative ? "-" : "", d.digits.substr(0, 1), '.', d.digits.substr(1)});
                text.append(behind - (d.digits.size() - 1), '0');
                text += exponent_text(d.exponent, exponent_digits);
            }
            else {
                const PointText parts(d);
                text.append(before - std::min(before, parts.before.size()), ' ');
                append(text, {parts.before, '.', parts.behind});
                text.append(behind - parts.behind.size(), ' ');
            }
        }
        if (text.size() < width) text.insert(0, width - text.size(), ' ');
        return text;
    }

    std::string axis_text(std::size_t axis, std::size_t begin, const std::string& indent, std::size_t line_width) const
    {
        const std::size_t extent = t.shape()[axis];
        const bool cut = summarized && extent > 2 * edge, last = axis + 1 == t.rank();
        std::string done, line = last ? indent : "";
        const auto add = [&](const std::string& word_text, bool more) {
            if (last) {
                if (line.size() + word_text.size() > line_width - 1 && line.size() > indent.size()) {
                    while (line.back() == ' ') line.pop_back();
                    append(done, {line, '\n'});
                    line = indent;
                }
                append(line, {word_text, more ? " " : ""});
            }
            else append(done, {indent, word_text, std::string(more ? t.rank() - axis - 1 : 0, '\n')});
        };
        for (std::size_t i = 0; i < extent; ++i) {
            if (cut && i == edge) {
                add("...", true);
                i = extent - edge;
            }
            const std::size_t at = begin + i * steps[axis];
            add(last ? word_at(at) : axis_text(axis + 1, at, text_of({indent, ' '}), line_width - 1), i + 1 < extent);
        }
        done += line;
        return text_of({'[', done.substr(indent.size()), ']'});
    }

    const AnyTensor& t;
    std::size_t steps[Shape::max_rank];
    bool single, whole, summarized, with_exponent = false;
    std::size_t width = 0, before = 0, behind = 0, exponent_digits = 2;
};

} // namespace internals::tensors

/// Writes `[[1 2]\n [3 4]], shape=(2, 2), dtype=int32`.
[[gnu::cold]] inline void print(std::string& to, const AnyTensor& x)
{
    if (!x) return internals::print(to, "an empty tensor");
    internals::append(to, {internals::tensors::ArrayText(x).text(), ", shape=("});
    for (std::size_t axis = 0; axis < x.rank(); ++axis) internals::append(to, {axis > 0 ? ", " : "", x.shape()[axis]});
    internals::append(to, {x.rank() == 1 ? ",)" : ")", ", dtype=", internals::name_of(x.dtype())});
}

/// Example    std::cout << constant({1, 2}); // [1 2], shape=(2,), dtype=int32
LAMINA_OUTLINED inline std::ostream& operator<<(std::ostream& out, const AnyTensor& x)
{
    std::string text;
    print(text, x);
    return out << text;
}

}} // namespace lamina
