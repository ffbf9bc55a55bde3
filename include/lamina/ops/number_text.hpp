// lamina/ops/number_text.hpp: how numpy writes a number: the fewest digits that are this number and no other, of its own type.
//
// No locale changes it: only the digits of what the C library prints are read.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// A finite number in decimal: its first digit stands for so many times 10 to the power of `exponent`.
struct Decimal {
    bool negative = false;
    std::string digits;
    int exponent = 0;

    /// The digits behind the point, where it is written without an exponent.
    int places() const { return static_cast<int>(digits.size()) - 1 - exponent; }
};

[[gnu::cold]] inline Decimal read_decimal(const char* text, bool negative)
{
    Decimal d;
    d.negative = negative;
    for (; *text && *text != 'e'; ++text)
        if (*text >= '0' && *text <= '9') d.digits += *text;
    d.exponent = *text == 'e' ? std::atoi(text + 1) : 0;
    while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
    if (d.digits == "0") d.exponent = 0;
    return d;
}

/// The fewest digits that give x again; of x as a float where `single`.
[[gnu::cold]] inline Decimal shortest_decimal(double x, bool single)
{
    char text[40];
    for (int digits = 0;; ++digits) {
        std::snprintf(text, sizeof text, "%.*e", digits, std::fabs(x));
        const double again = single ? static_cast<double>(std::strtof(text, nullptr)) : std::strtod(text, nullptr);
        if (again == std::fabs(x) || digits == 17) return read_decimal(text, std::signbit(x));
    }
}

/// At most `places` digits behind the point of a number without an exponent, or behind the first digit of one with it.
[[gnu::cold]] inline Decimal decimal(double x, bool single, int places, bool with_exponent)
{
    Decimal d = shortest_decimal(x, single);
    char text[400];
    if (with_exponent && static_cast<int>(d.digits.size()) - 1 > places) {
        std::snprintf(text, sizeof text, "%.*e", places, std::fabs(x));
        return read_decimal(text, d.negative);
    }
    if (!with_exponent && d.places() > places) {
        std::snprintf(text, sizeof text, "%.*f", places, std::fabs(x));
        std::string all;
        for (const char* next = text; *next; ++next)
            if (*next >= '0' && *next <= '9') all += *next;
        std::size_t first = 0;
        while (first + 1 < all.size() && all[first] == '0') ++first;
        d = read_decimal(all.c_str() + first, d.negative);
        d.exponent = d.digits == "0" ? 0 : static_cast<int>(all.size() - first) - 1 - places;
    }
    return d;
}

/// -12.5 as "-12" and "5", 3 as "3" and "".
struct PointText {
    std::string before, behind;

    explicit PointText(const Decimal& d)
    {
        const int whole = d.exponent + 1, count = static_cast<int>(d.digits.size());
        if (d.negative) before = "-";
        if (whole <= 0) {
            before += '0';
            if (d.digits == "0") return;
            behind.assign(static_cast<std::size_t>(-whole), '0');
            behind += d.digits;
        }
        else if (whole >= count) {
            before += d.digits;
            before.append(static_cast<std::size_t>(whole - count), '0');
        }
        else {
            before += d.digits.substr(0, static_cast<std::size_t>(whole));
            behind = d.digits.substr(static_cast<std::size_t>(whole));
        }
    }
};

/// "e+08", with as many digits as are asked for.
[[gnu::cold]] inline std::string exponent_text(int exponent, std::size_t digits = 2)
{
    std::string text;
    print(text, std::abs(exponent));
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    text.insert(0, exponent < 0 ? "e-" : "e+");
    return text;
}

/// NaN and infinity.
[[gnu::cold]] inline std::string infinite_text(double x) { return x != x ? "nan" : x < 0 ? "-inf" : "inf"; }

/// A number that stands alone: 3.0, 0.1, 1e-05.
[[gnu::cold]] inline std::string lone_number_text(double x, bool single)
{
    if (!std::isfinite(x)) return infinite_text(x);
    const Decimal d = shortest_decimal(x, single);
    if (x == 0 || (std::fabs(x) >= 1e-4 && std::fabs(x) < 1e16)) {
        const PointText text(d);
        return text_of({text.before, '.', text.behind.empty() ? "0" : text.behind.c_str()});
    }
    std::string text = d.negative ? "-" : "";
    text += d.digits[0];
    if (d.digits.size() > 1) append(text, {'.', d.digits.substr(1)});
    return text_of({text, exponent_text(d.exponent)});
}

}}} // namespace lamina::internals::tensors
