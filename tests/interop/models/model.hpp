// A model that Keras saved, against what Keras computed with it: its weights from each file, its outputs for the inputs beside them.
#pragma once

#include "catch.hpp"

#include <lamina/formats/npy.hpp>
#include <lamina/keras.hpp>
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

namespace models {

/// An array as a batch of samples; numbers of other types are cast, as a model of indices takes them as numbers.
template <std::size_t Rank> xt::xtensor<float, Rank> read(const std::filesystem::path& file)
{
    const auto from = lamina::npy::read(file);
    REQUIRE(from.shape.size() == Rank);
    std::array<std::size_t, Rank> extents;
    std::copy(from.shape.begin(), from.shape.end(), extents.begin());
    xt::xtensor<float, Rank> x;
    x.resize(extents);
    const auto numbers = from.as<float>();
    std::copy(numbers.begin(), numbers.end(), x.data());
    return x;
}

/// How far numbers are from those that Keras computed; infinite where one of them is NaN.
template <class Y> double difference(const Y& y, const std::filesystem::path& file)
{
    const auto wanted = lamina::npy::read(file);
    const auto numbers = wanted.as<float>();
    REQUIRE(y.size() == numbers.size());
    REQUIRE(std::equal(wanted.shape.begin(), wanted.shape.end(), y.shape().begin(), y.shape().end()));
    double most = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double off = std::fabs(double(y.data()[i]) - double(numbers[i]));
        most = off <= most ? most : std::isnan(off) ? std::numeric_limits<double>::infinity() : off;
    }
    return most;
}

/// input.npy, or input_0.npy and so on where there are several.
inline std::filesystem::path array(const std::filesystem::path& folder, const std::string& name, std::size_t i, std::size_t count)
{
    return folder / (count == 1 ? name + ".npy" : name + '_' + std::to_string(i) + ".npy");
}

template <class Y> void compare(const Y& y, const std::filesystem::path& folder, std::size_t i = 0, std::size_t count = 1)
{
    INFO("output " << i + 1 << " of " << count);
    CHECK(difference(y, array(folder, "output", i, count)) <= 1e-5);
}
template <class... Y> void compare(const std::tuple<Y...>& all, const std::filesystem::path& folder)
{
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        (compare(std::get<At>(all), folder, At, sizeof...(Y)), ...);
    }(std::index_sequence_for<Y...>{});
}

/// Loads the file into a model of its type and compares; the inputs have these ranks, their batch included.
template <class Model, std::size_t... Ranks> void check(const std::filesystem::path& folder, const std::string& file)
{
    INFO(folder.string() << '/' << file);
    auto model = lamina::build<Model>(lamina::Seed{1});
    lamina::keras::load(model, folder / file);
    const auto x = [&]<std::size_t... At>(std::index_sequence<At...>) {
        return std::tuple{read<Ranks>(array(folder, "input", At, sizeof...(Ranks)))...};
    }(std::make_index_sequence<sizeof...(Ranks)>{});
    if constexpr (sizeof...(Ranks) == 1) compare(lamina::predict(model, std::get<0>(x)), folder);
    else compare(lamina::predict(model, x), folder);
}

} // namespace models
