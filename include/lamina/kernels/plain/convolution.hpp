// lamina/kernels/plain/convolution.hpp: kernels/convolution.hpp for builds without optimization.
//
// Contract and numerics: as there. Windows read images where they lie and leave out their padding: what is left of a kernel row lies
// side by side, a run of taps, unless it is dilated.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/plain/loops.hpp>

#include <algorithm>
#include <functional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

template <class T> constexpr std::size_t convolution_scratch(const convolution_sizes&) { return 0; }

namespace plain {

/// The runs of taps of one window at a time: where each lies in its image and among the weights.
class window_runs {
public:
    explicit window_runs(const convolution_sizes& of, std::size_t step)
        : s(of), single(of.dilation_width > 1 || of.groups > 1), weights(detail::group_channels(of) * step),
          row(of.width * of.channels)
    {}

    /// Starts with output (oy, ox).
    void begin(std::size_t oy, std::size_t ox)
    {
        rows = detail::rows_within(s, oy), columns = detail::columns_within(s, ox);
        ky = rows.first, kx = columns.first;
        top = oy * s.stride_height, left = ox * s.stride_width;
        if (columns.first >= columns.last) ky = rows.last;
    }
    /// Goes to the next run; false where there is none.
    bool next()
    {
        if (ky >= rows.last) return false;
        count = (single ? 1 : columns.last - columns.first) * detail::group_channels(s);
        in = (top + ky * s.dilation_height - s.pad_top) * row + (left + kx * s.dilation_width - s.pad_left) * s.channels;
        at = (ky * s.kernel_width + kx) * weights;
        if (!single || ++kx == columns.last) ++ky, kx = columns.first;
        return true;
    }

    std::size_t in, at, count; ///< its first number in the image, its first row among the weights, its taps times channels

private:
    convolution_sizes s;
    bool single;
    std::size_t weights, row, ky, kx, top, left;
    detail::range rows, columns;
};

/// Calls f(first channel, first filter, number of filters) for each line of filters, of each group.
template <class F> void each_line(const convolution_sizes& s, std::size_t line, const F& f)
{
    detail::each_group(s, [&](std::size_t channel, std::size_t first) {
        const std::size_t last = first + detail::group_filters(s);
        for (std::size_t filter = first; filter < last; filter += line) f(channel, filter, std::min(line, last - filter));
    });
}

} // namespace plain

template <class T, class F = std::identity>
void convolution_forward(const T* x, const T* w, const T* bias, T* y, T*, std::size_t n, convolution_sizes s, F finish = {})
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    const std::size_t step = row_stride<T>(s.filters);
    plain::window_runs runs(s, step);
    alignas(alignment) T start[line], sums[line];
    plain::each_line(s, line, [&](std::size_t c, std::size_t f, std::size_t here) {
        const auto add = [&s, here, step, whole = plain::line_loops<T>::times(here)](const T* numbers, std::size_t count,
                                                                                     const T* rows, T* to) {
            if (s.groups == 1) return whole(numbers, count, rows, step, to);
            for (std::size_t t = 0; t < count; ++t)
                plain::add_times(numbers[t], rows + t * step, to, here); // rows begin anywhere
        };
        plain::fill_line(bias ? bias + f : nullptr, bias ? here : 0, start);
        for (std::size_t image = 0; image < n; ++image) {
            T* to = y + image * out + f;
            for (std::size_t oy = 0; oy < s.out_height; ++oy)
                for (std::size_t ox = 0; ox < s.out_width; ++ox, to += s.filters) {
                    plain::copy(start, sums, line);
                    for (runs.begin(oy, ox); runs.next();) add(x + image * in + c + runs.in, runs.count, w + runs.at + f, sums);
                    plain::copy(sums, to, here);
                }
        }
    });
    if constexpr (!std::is_same_v<F, std::identity>) transform(y, y, n * out, finish);
}

template <class T, class F = std::identity>
void convolution_transposed(const T* x, const T* w, const T* bias, T* y, T*, std::size_t n, convolution_sizes s, F finish = {})
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    const std::size_t step = row_stride<T>(s.filters);
    plain::window_runs runs(s, step);
    alignas(alignment) T factors[line];
    if (n > 0) plain::fill(y, T(0), n * in);
    for (T* pixel = y; bias && pixel != y + n * in; pixel += s.channels) plain::copy(bias, pixel, s.channels);
    plain::each_line(s, line, [&](std::size_t c, std::size_t f, std::size_t here) {
        const auto add = [&s, here, step, whole = plain::line_loops<T>::by(here)](const T* factor, const T* rows, T* to,
                                                                                  std::size_t count) {
            if (s.groups == 1) return whole(factor, rows, step, to, count);
            for (std::size_t t = 0; t < count; ++t) to[t] += plain::product(factor, rows + t * step, here);
        };
        for (std::size_t image = 0; image < n; ++image) {
            const T* from = x + image * out + f;
            for (std::size_t oy = 0; oy < s.out_height; ++oy)
                for (std::size_t ox = 0; ox < s.out_width; ++ox, from += s.filters) {
                    plain::fill_line(from, here, factors);
                    for (runs.begin(oy, ox); runs.next();)
                        add(factors, w + runs.at + f, y + image * in + c + runs.in, runs.count);
                }
        }
    });
    if constexpr (!std::is_same_v<F, std::identity>) transform(y, y, n * in, finish);
}

template <class T> void convolution_backward_data(const T* dz, const T* w, T* dx, T* scratch, std::size_t n, convolution_sizes s)
{
    convolution_transposed(dz, w, static_cast<const T*>(nullptr), dx, scratch, n, s);
}

template <class T>
void convolution_backward_weights(const T* x, const T* dz, T* dw, T* dbias, T*, std::size_t n, convolution_sizes s)
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    const std::size_t step = row_stride<T>(s.filters);
    plain::window_runs runs(s, step);
    alignas(alignment) T factors[line];
    plain::each_line(s, line, [&](std::size_t c, std::size_t f, std::size_t here) {
        const auto add = [&s, here, step, whole = plain::line_loops<T>::add(here)](const T* numbers, std::size_t count,
                                                                                   const T* factor, T* rows) {
            if (s.groups == 1) return whole(numbers, count, factor, here, rows, step);
            for (std::size_t t = 0; t < count; ++t) plain::add_times(numbers[t], factor, rows + t * step, here);
        };
        for (std::size_t image = 0; image < n; ++image) {
            const T* from = dz + image * out + f;
            for (std::size_t oy = 0; oy < s.out_height; ++oy)
                for (std::size_t ox = 0; ox < s.out_width; ++ox, from += s.filters) {
                    plain::fill_line(from, here, factors);
                    for (runs.begin(oy, ox); runs.next();)
                        add(x + image * in + c + runs.in, runs.count, factors, dw + runs.at + f);
                }
        }
    });
    if (dbias) add_rows(dz, dbias, n * s.out_height * s.out_width, s.filters);
}

}}} // namespace lamina::internals::kernels
