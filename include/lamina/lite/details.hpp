// lamina/lite/details.hpp: what an interpreter says of the tensors and signatures of its file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {
namespace lite {

/// What is known of a tensor of a file.
struct TensorDetails {
    std::string name{};
    std::size_t index = 0; ///< its number in the file, as TensorFlow Lite counts: what `set_tensor` and `get_tensor` take
    std::vector<std::size_t> shape{};
    std::vector<std::ptrdiff_t> shape_signature{}; ///< the shape with -1 where an extent may be given another size
    lamina::dtype dtype = lamina::dtype::float32;
    Quantization quantization{};
};

/// Inputs and outputs by the names that the program that made the file gave them.
struct SignatureDetails {
    std::string key{};
    std::vector<std::pair<std::string, std::size_t>> inputs{}, outputs{}; ///< name and index of the tensor

    /// The index of an input or output by its name.
    std::size_t input(std::string_view name) const { return find("input", name, inputs); }
    std::size_t output(std::string_view name) const { return find("output", name, outputs); }

private:
    [[gnu::cold]] std::size_t find(std::string_view what, std::string_view name,
                                   const std::vector<std::pair<std::string, std::size_t>>& among) const
    {
        std::string names;
        for (const auto& [one, index] : among) {
            if (one == name) return index;
            internals::append(names, {names.empty() ? "\"" : ", \"", one, '"'});
        }
        internals::fail({"lite: signature \"", key, "\" has no ", what, " \"", name, "\", it has ", names});
    }
};

/// How an Interpreter runs.
struct InterpreterOptions {
    std::size_t threads = 1;                       ///< how many run an operator together; results do not depend on it
    bool keep_tensors = false;                     ///< every tensor can be read after `invoke`; takes more memory and time
    std::size_t max_bytes = std::size_t{1} << 32;  ///< what the tensors may take together
    std::size_t max_rounds = std::size_t{1} << 20; ///< of a loop in the file, with those of the loops within it
};

} // namespace lite

namespace internals::tflite {

/// Extents as people write them, -1 for one that is free.
template <class Extents> [[gnu::cold]] std::string shape_text(const Extents& extents)
{
    std::string text{"["};
    for (const auto extent : extents) append(text, {text.size() == 1 ? "" : ", ", extent});
    append(text, {"]"});
    return text;
}

using NamedTensors = std::vector<std::pair<std::string, std::size_t>>;
[[gnu::cold, gnu::flatten, gnu::noinline]] inline NamedTensors copy_of_names(const NamedTensors& of) { return of; }

/// The signatures of the subgraph that is run.
[[gnu::cold, gnu::noinline]] inline std::vector<lite::SignatureDetails> signatures_of(const Network& network)
{
    std::size_t count = 0;
    for (const Signature& one : network.signatures) count += one.subgraph == 0 ? 1 : 0;
    std::vector<lite::SignatureDetails> list(count);
    auto next = list.begin();
    for (const Signature& one : network.signatures)
        if (one.subgraph == 0) *next++ = {one.key, copy_of_names(one.inputs), copy_of_names(one.outputs)};
    return list;
}

} // namespace internals::tflite

}} // namespace lamina
