// lamina/interop/keras/classes.hpp: the classes of Keras that lamina has: which C++ stands for each, and what options it lists.
//
// Includes all layers, losses, metrics and optimizers. What needs a model's own options alone does not need this table.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/blocks/orthogonal.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/lamina.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

using Options = std::vector<protocols::Option>;

/// A row of class_list.hpp.
struct Class {
    std::string_view kind, keras, header; ///< layers, Dense, lamina/layers/core/dense.hpp
    std::string_view name, says;          ///< in C++, Dense; what it calls itself in Keras's words
    std::size_t fewest;                   ///< how many arguments Dense<1> has, which it cannot do without
    Options options;                      ///< as Dense<1> lists them
};

/// How many arguments a class has as it is written in a row.
[[gnu::cold]] constexpr std::size_t arguments_in(std::string_view prototype)
{
    std::size_t count = 0, depth = 0;
    for (std::size_t i = 0; i < prototype.size(); ++i) {
        if (prototype[i] == '<' && depth++ == 0) count = prototype[i + 1] == '>' ? 0 : 1;
        if (prototype[i] == '>') --depth;
        if (prototype[i] == ',' && depth == 1) ++count;
    }
    return count;
}

template <class Prototype> [[gnu::cold]] constexpr std::string_view says_of()
{
    if constexpr (requires { typename Prototype::family; } && !requires { Prototype::class_name; }) return Prototype::name;
    else return protocols::class_name_of<Prototype>();
}

template <class Prototype> [[gnu::cold]] Options options_of_class() { return protocols::options_of(Prototype{}); }

/// What a row says, and what asks its class for the options.
struct ClassRow {
    std::string_view kind, keras, header, prototype, says;
    Options (*options)();
};

[[gnu::cold]] inline std::vector<Class> make_classes()
{
    static constexpr ClassRow rows[]{
#define LAMINA_CLASS(kind, keras, header, ...)                                                                                   \
    {#kind, #keras, #header, #__VA_ARGS__, says_of<__VA_ARGS__>(), &options_of_class<__VA_ARGS__>},
#include <lamina/interop/keras/class_list.hpp>
#undef LAMINA_CLASS
    };
    std::vector<Class> all;
    for (const ClassRow& row : rows)
        internals::add_to(all, {row.kind, row.keras, row.header, row.prototype.substr(0, row.prototype.find('<')), row.says,
                                arguments_in(row.prototype), row.options()});
    return all;
}

[[gnu::cold]] inline const std::vector<Class>& classes()
{
    static const std::vector<Class> all = make_classes();
    return all;
}

/// The class of that kind, or null.
[[gnu::cold]] inline const Class* class_of(std::string_view kind, std::string_view keras)
{
    for (const Class& c : classes())
        if (c.kind == kind && c.keras == keras) return &c;
    return nullptr;
}

/// The class that an object in the option of that name is of, or null.
[[gnu::cold]] inline const Class* class_inside(std::string_view option, std::string_view keras)
{
    const auto kind = option == "layer"                  ? "layers"
                      : option.ends_with("_initializer") ? "initializers"
                      : option.ends_with("_regularizer") ? "regularizers"
                      : option.ends_with("_constraint")  ? "constraints"
                      : option.ends_with("activation")   ? "activations"
                                                         : "schedules";
    return class_of(kind, keras);
}

/// Whether an object of the class has values, Adam{.beta_1 = 0.9}, and is no type with arguments, Dense<5>.
[[gnu::cold]] inline bool is_object(const Class& c)
{
    return c.kind == "losses" || c.kind == "metrics" || c.kind == "optimizers" || c.kind == "schedules";
}

}}} // namespace lamina::keras::detail
