// Any bytes as a pickle: a clean error, or values that refer to each other alone, and not more of them than there are bytes.
#include "fuzz.hpp"

#include <lamina/formats/pickle/reader.hpp>

using namespace lamina;

void fuzz(std::string_view bytes)
{
    const bool knows_all = bytes.size() % 2 == 0;
    pickle::Reader reader(
        bytes, "file", knows_all ? [](std::string_view) { return true; } : [](std::string_view name) {
            return name.starts_with("torch") || name.starts_with("collections") || name.starts_with("builtins");
        });
    const pickle::Values values = reader.read();
    require(values.root < values.all.size() && values.all.size() <= bytes.size() && reader.after().size() < bytes.size());
    std::size_t held = 0;
    for (const pickle::Value& value : values.all) {
        held += value.items.size() + value.text.size();
        for (const pickle::place at : value.items) require(at < values.all.size());
        require(value.state == pickle::nowhere || value.state < values.all.size());
        if (value.is == pickle::kind::dictionary) require(value.items.size() % 2 == 0);
        if (value.is == pickle::kind::object) {
            require(value.items.size() >= 2 && values[value.items[0]].is == pickle::kind::global);
            require(!values.class_of(value).empty());
            values.argument(value, 0);
            values.attribute(value, "_modules");
        }
        values.find(value, "state_dict");
    }
    require(held <= 17 * bytes.size() + 1024);
}
