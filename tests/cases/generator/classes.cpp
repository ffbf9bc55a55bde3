// The classes of classes.def, each of which is asked for its list of options.
#include "cases/generator/classes.hpp"

#include <lamina/blocks/orthogonal.hpp>
#include <lamina/lamina.hpp>

namespace cases {

namespace {

template <class Prototype>
Class row(std::string_view kind, std::string_view keras, std::string_view header, std::string_view prototype)
{
    std::string_view says = lamina::protocols::class_name_of<Prototype>();
    if constexpr (requires { typename Prototype::family; } && !requires { Prototype::class_name; }) says = Prototype::name;
    return {kind,
            keras,
            header,
            std::string(prototype.substr(0, prototype.find('<'))),
            std::string(says),
            lamina::protocols::options_of(Prototype{})};
}

} // namespace

const std::vector<Class>& classes()
{
    using namespace lamina;
    static const std::vector<Class> all{
#define LAMINA_CLASS(kind, keras, header, ...) row<__VA_ARGS__>(#kind, #keras, #header, #__VA_ARGS__),
#include "cases/generator/classes.def"
#undef LAMINA_CLASS
    };
    return all;
}

const Class* class_of(std::string_view kind, std::string_view keras)
{
    for (const Class& c : classes())
        if (c.kind == kind && c.keras == keras) return &c;
    return nullptr;
}

} // namespace cases
