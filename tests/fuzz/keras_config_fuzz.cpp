// Any text as a config of Keras: a clean error, or a type and a description of it. What is pasted from the file is no code: outside of
// comments and names in quotes there are the letters of C++ alone, and a line of comment stays one.
#include "fuzz.hpp"

#include <lamina/interop/keras/describe.hpp>
#include <lamina/interop/keras/to_type.hpp>

using namespace lamina;

void fuzz(std::string_view bytes)
{
    const std::string type = keras::to_type_of(bytes, "Model", "file");
    int braces = 0, angles = 0;
    bool comment = false;
    for (std::size_t i = 0; i < type.size(); ++i) {
        const std::string_view two = std::string_view(type).substr(i, 2);
        require(type[i] == '\n' || (type[i] >= ' ' && type[i] <= '~'));
        if (two == "//") {
            i = type.find('\n', i);
            require(i != type.npos);
            continue;
        }
        if (two == "/*") comment = true;
        if (two == "*/") comment = false;
        if (comment) continue;
        require(type[i] != '\\' && type[i] != '\'' && type[i] != '#' && type[i] != '$' && type[i] != '`' && type[i] != '@');
        braces += type[i] == '{' ? 1 : type[i] == '}' ? -1 : 0;
        angles += type[i] == '<' ? 1 : type[i] == '>' ? -1 : 0;
        require(braces >= 0 && angles >= 0);
    }
    require(!comment && braces == 0 && angles == 0);

    const std::string table = keras::describe_config(bytes, "file");
    for (const char letter : table) require(letter == '\n' || static_cast<unsigned char>(letter) >= ' ');
}
