// lamina/data/fashion_mnist.hpp: Fashion-MNIST's pictures of clothes from their four idx files, plain or gzip.
//
// Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms" (2017).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/mnist.hpp>

#include <filesystem>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace fashion_mnist {

/// What the classes 0 to 9 are called.
inline constexpr std::string_view class_names[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                   "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

using mnist::Data;

/// Fashion-MNIST's pictures, of the form of `mnist::load`: x [n, 28, 28, 1] of 0 to 255, y [n] of 0 to 9. The files have MNIST's names.
///
/// Refuses  what `mnist::load` refuses
///
/// Example  auto [train, test] = fashion_mnist::load("fashion-mnist");
inline Data load(const std::filesystem::path& folder) { return mnist::detail::load(folder, "Fashion-MNIST"); }

}}} // namespace lamina::fashion_mnist
