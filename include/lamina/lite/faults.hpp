// lamina/lite/faults.hpp: everything that is wrong with a network, in one sentence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A tensor or an operator of a subgraph, as sentences name them: "tensor 3", "subgraph 1, operator 2 (CONV_2D)".
struct place_in {
    std::size_t graph, number;
};
struct of_tensor {
    place_in at;
};
struct of_operator {
    place_in at;
    std::string_view name{};
};
[[gnu::cold, gnu::noinline]] inline void print_place(std::string& to, std::string_view what, place_in at)
{
    if (at.graph != 0) append(to, {"subgraph ", at.graph, ", "});
    append(to, {what, ' ', at.number});
}
[[gnu::cold]] inline void print(std::string& to, const of_tensor& tensor) { print_place(to, "tensor", tensor.at); }
[[gnu::cold]] inline void print(std::string& to, const of_operator& op)
{
    print_place(to, "operator", op.at);
    if (!op.name.empty()) append(to, {" (", op.name, ')'});
}

/// Gathers what is wrong, so that one error names all of it. A part of a network about which all has been said is `known`: what follows
/// from that is not worth a second complaint.
class Faults {
public:
    static constexpr std::size_t most_listed = 20; ///< the others are counted

    explicit Faults(const std::string& of) : source(of) {}

    [[gnu::cold, gnu::noinline]] void add(std::initializer_list<piece> parts)
    {
        if (++count > most_listed) return;
        append(text, {count == 1 ? ": " : "; "});
        append(text, parts);
    }
    /// The same about a part of the network: it is known from then on.
    [[gnu::cold]] void add_of(const void* part, std::initializer_list<piece> parts)
    {
        add(parts);
        if (known.size() < most_listed && !is_known(part)) add_to(known, part);
    }
    [[gnu::cold]] bool is_known(const void* part) const { return contains(known, part); }

    bool empty() const { return count == 0; }

    /// Throws what was gathered, if there is anything.
    [[gnu::cold]] void refuse_any() const
    {
        if (count == 0) return;
        if (count > most_listed) fail({source, text, "; and ", count - most_listed, " more faults of that kind or others"});
        fail({source, text});
    }

private:
    std::string source, text{};
    std::size_t count = 0;
    std::vector<const void*> known{};
};

}}} // namespace lamina::internals::tflite
