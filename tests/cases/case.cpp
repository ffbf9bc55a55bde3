// How a case compares arrays.
#include "cases/case.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace cases {

namespace {

std::string text(const std::vector<std::size_t>& shape)
{
    std::string all;
    for (const std::size_t extent : shape) all += (all.empty() ? "" : ", ") + std::to_string(extent);
    return '[' + all + ']';
}

} // namespace

bool Case::expect(std::string_view what, const lamina::protocols::file_tensor& array, const std::vector<std::size_t>& shape)
{
    if (array.shape == shape) return true;
    differ(std::string(what) + " is " + text(array.shape) + " in the case and " + text(shape) + " in lamina");
    return false;
}

template <class T>
void Case::compare(std::string_view what, std::span<const T> got, std::span<const double> reference, double times, double terms)
{
    std::ostringstream sentence;
    sentence.precision(9);
    sentence << what << (std::is_same_v<T, float> ? " in float: " : " in double: ");
    if (got.size() != reference.size()) {
        sentence << got.size() << " numbers, the case has " << reference.size();
        return differ(std::move(sentence).str());
    }
    double largest = terms;
    for (const double r : reference)
        if (std::isfinite(r)) largest = std::max(largest, std::abs(times * r));

    std::size_t beyond = 0, worst = 0;
    double furthest = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double g = static_cast<double>(got[i]), r = times * reference[i];
        if (g == r || (std::isnan(g) && std::isnan(r))) continue;
        const double bound = 1e-6 + 1e-5 * std::abs(r) + 2e-6 * largest, off = std::abs(g - r) / bound;
        if (off <= 1 && std::isfinite(r)) continue;
        if (beyond++ == 0 || off > furthest) {
            worst = i;
            furthest = off;
        }
    }
    if (beyond == 0) return;
    sentence << beyond << " of " << got.size() << " numbers are too far from the reference; the worst is number " << worst << ", "
             << got[worst] << " where the reference is " << times * reference[worst] << ", " << furthest << " times the bound";
    differ(std::move(sentence).str());
}

template void Case::compare(std::string_view, std::span<const float>, std::span<const double>, double, double);
template void Case::compare(std::string_view, std::span<const double>, std::span<const double>, double, double);

} // namespace cases
