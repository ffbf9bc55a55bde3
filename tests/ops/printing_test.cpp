// What tensors look like as text. The texts stand here as numpy 2.4 prints the same arrays.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/ops/printing.hpp>

#include <clocale>
#include <cmath>
#include <sstream>
#include <string>

using namespace lamina;

namespace {

std::string text_of(const AnyTensor& t) { return internals::tensors::ArrayText(t).text(); }

template <class T> std::string written(const Shape& s, std::initializer_list<T> numbers)
{
    return text_of(constant(numbers.begin(), s));
}

/// first, first + step, …
template <class T> AnyTensor range(const Shape& s, T first = 0, T step = 1)
{
    const AnyTensor t = internals::tensors::empty_tensor(stored_types::dtype_of<T>, s);
    for (std::size_t i = 0; i < s.size(); ++i) t.numbers<T>()[i] = static_cast<T>(first + static_cast<T>(i) * step);
    return t;
}

} // namespace

TEST_CASE("arrays and numbers are written as numpy writes them")
{
    CHECK(written<std::int32_t>({2, 2}, {1, 2, 3, -40}) == R"([[  1   2]
 [  3 -40]])");
    CHECK(written<float>({2, 2}, {1.0, 2.5, 3.0, -40.125}) == R"([[  1.      2.5  ]
 [  3.    -40.125]])");
    CHECK(written<float>({3}, {0.3333333432674408, 0.6666666865348816, 1.0}) == R"([0.33333334 0.6666667  1.        ])");
    CHECK(written<double>({3}, {0.3333333333333333, 0.6666666666666666, 1.0}) == R"([0.33333333 0.66666667 1.        ])");
    CHECK(written<float>({3}, {9.999999747378752e-06, 1.0, 2.0}) == R"([1.e-05 1.e+00 2.e+00])");
    CHECK(written<float>({3}, {100000000.0, 1.0, 2.0}) == R"([1.e+08 1.e+00 2.e+00])");
    CHECK(written<double>({3}, {123456789.0, 1.0, 2.0}) == R"([1.23456789e+08 1.00000000e+00 2.00000000e+00])");
    CHECK(written<float>({3}, {0.0010000000474974513, 1.0, 1000.5}) == R"([1.0000e-03 1.0000e+00 1.0005e+03])");
    CHECK(written<float>({4}, {NAN, -INFINITY, 1.5, INFINITY}) == R"([ nan -inf  1.5  inf])");
    CHECK(written<float>({2}, {NAN, INFINITY}) == R"([nan inf])");
    CHECK(written<bool>({2, 2}, {true, false, false, false}) == R"([[ True False]
 [False False]])");
    CHECK(written<std::int64_t>({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) == R"([[[ 0  1]
  [ 2  3]
  [ 4  5]]

 [[ 6  7]
  [ 8  9]
  [10 11]]])");
    CHECK(written<float>({}, {0.10000000149011612}) == R"(0.1)");
    CHECK(written<double>({}, {0.3333333333333333}) == R"(0.3333333333333333)");
    CHECK(written<float>({}, {3.0}) == R"(3.0)");
    CHECK(written<float>({}, {9.999999747378752e-06}) == R"(1e-05)");
    CHECK(written<float>({}, {1.0000000272564224e+16}) == R"(1e+16)");
    CHECK(written<std::int32_t>({}, {7}) == R"(7)");
    CHECK(written<bool>({}, {true}) == R"(True)");
    CHECK(written<float>({}, {NAN}) == R"(nan)");
    CHECK(written<double>({}, {123456.789}) == R"(123456.789)");
    CHECK(written<double>({}, {-0.0}) == R"(-0.0)");
    CHECK(written<double>({}, {1000000000000000.5}) == R"(1000000000000000.5)");
    CHECK(written<float>({0, 3}, {}) == R"([])");
    CHECK(written<double>({3}, {0.123456789, 0.999999999, 123.000000004}) == R"([  0.12345679   1.         123.        ])");
    CHECK(written<float>({2}, {-0.0, 0.5}) == R"([-0.   0.5])");
    CHECK(written<float>({2, 2}, {0.0, 0.0, 0.0, 0.0}) == R"([[0. 0.]
 [0. 0.]])");
    CHECK(written<float>({3}, {1.4999999853326784e-10, -2.2499999571310438e+20, 0.0}) == R"([ 1.50e-10 -2.25e+20  0.00e+00])");
    CHECK(written<double>({3}, {1e-100, 1e+100, 12345.678}) == R"([1.0000000e-100 1.0000000e+100 1.2345678e+004])");
    CHECK(written<float>({3}, {0.00011999999696854502, 9.999999747378752e-05, 0.05000000074505806}) ==
          R"([0.00012 0.0001  0.05   ])");
    CHECK(written<float>({1, 2, 1, 2}, {0.0, 1.0, 2.0, 3.0}) == R"([[[[0. 1.]]

  [[2. 3.]]]])");
}

TEST_CASE("long rows are broken, and of more than 1000 numbers the ends are shown")
{
    CHECK(text_of(range<float>({30}) / 7) == R"([0.         0.14285715 0.2857143  0.42857143 0.5714286  0.71428573
 0.85714287 1.         1.1428572  1.2857143  1.4285715  1.5714285
 1.7142857  1.8571428  2.         2.142857   2.2857144  2.4285715
 2.5714285  2.7142856  2.857143   3.         3.142857   3.2857144
 3.4285715  3.5714285  3.7142856  3.857143   4.         4.142857  ])");
    CHECK(text_of(range<double>({2, 1, 30}) / 3) == R"([[[ 0.          0.33333333  0.66666667  1.          1.33333333
    1.66666667  2.          2.33333333  2.66666667  3.
    3.33333333  3.66666667  4.          4.33333333  4.66666667
    5.          5.33333333  5.66666667  6.          6.33333333
    6.66666667  7.          7.33333333  7.66666667  8.
    8.33333333  8.66666667  9.          9.33333333  9.66666667]]

 [[10.         10.33333333 10.66666667 11.         11.33333333
   11.66666667 12.         12.33333333 12.66666667 13.
   13.33333333 13.66666667 14.         14.33333333 14.66666667
   15.         15.33333333 15.66666667 16.         16.33333333
   16.66666667 17.         17.33333333 17.66666667 18.
   18.33333333 18.66666667 19.         19.33333333 19.66666667]]])");
    CHECK(text_of(range<std::int64_t>({30}, 100000)) == R"([100000 100001 100002 100003 100004 100005 100006 100007 100008 100009
 100010 100011 100012 100013 100014 100015 100016 100017 100018 100019
 100020 100021 100022 100023 100024 100025 100026 100027 100028 100029])");
    CHECK(text_of(equal(mod(range<std::int32_t>({40}), 3), 0)) ==
          R"([ True False False  True False False  True False False  True False False
  True False False  True False False  True False False  True False False
  True False False  True False False  True False False  True False False
  True False False  True])");
    CHECK(text_of(range<float>({2000})) == R"([0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03])");
    CHECK(text_of(range<std::int64_t>({40, 50})) == R"([[   0    1    2 ...   47   48   49]
 [  50   51   52 ...   97   98   99]
 [ 100  101  102 ...  147  148  149]
 ...
 [1850 1851 1852 ... 1897 1898 1899]
 [1900 1901 1902 ... 1947 1948 1949]
 [1950 1951 1952 ... 1997 1998 1999]])");
    CHECK(text_of(range<std::int32_t>({2, 4, 150})) == R"([[[   0    1    2 ...  147  148  149]
  [ 150  151  152 ...  297  298  299]
  [ 300  301  302 ...  447  448  449]
  [ 450  451  452 ...  597  598  599]]

 [[ 600  601  602 ...  747  748  749]
  [ 750  751  752 ...  897  898  899]
  [ 900  901  902 ... 1047 1048 1049]
  [1050 1051 1052 ... 1197 1198 1199]]])");
}

TEST_CASE("shape and type stand behind, and no locale changes a number")
{
    const auto streamed = [](const AnyTensor& t) {
        std::ostringstream out;
        out << t;
        return out.str();
    };
    CHECK(streamed(constant({{1, 2}, {3, 4}})) == "[[1 2]\n [3 4]], shape=(2, 2), dtype=int32");
    CHECK(streamed(constant(1.5f)) == "1.5, shape=(), dtype=float32");
    CHECK(streamed(constant({true, false})) == "[ True False], shape=(2,), dtype=bool");
    CHECK(streamed(AnyTensor()) == "an empty tensor");

    const std::string before = std::setlocale(LC_ALL, nullptr);
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
        if (std::setlocale(LC_ALL, name)) break;
    CHECK(streamed(constant({0.5, 1.123456789123, 2e-3})) == "[0.5        1.12345679 0.002     ], shape=(3,), dtype=float64");
    CHECK(streamed(constant(1e-7)) == "1e-07, shape=(), dtype=float64");
    std::setlocale(LC_ALL, before.c_str());
}
