// lamina/models/export_header.hpp: a model's weights as C++, for programs without files and without heap: firmware.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/models/constant_model.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How the program that reads the header speaks of the model.
struct HeaderOptions {
    std::string type{};    ///< the model's type as C++: `LeNet5`, or `lamina::Sequential<lamina::Input<4>, lamina::Dense<2>>`
    std::string include{}; ///< the header that declares it: `lenet5.hpp`, or `<lamina/lamina.hpp>`
    std::string name = "model"; ///< the namespace of what is written
};

namespace internals {

[[gnu::cold]] inline bool is_identifier(std::string_view name)
{
    bool good = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
    for (const char c : name)
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
    return good;
}
[[gnu::cold]] inline bool is_one_line(std::string_view text)
{
    bool good = !text.empty();
    for (const char c : text) good = good && c != '"' && c != '\\' && static_cast<unsigned char>(c) >= ' ';
    return good;
}

/// A number whose C++ gives the same bits.
template <class T> [[gnu::cold]] void write_number(std::string& to, T number, bool is_float)
{
    const std::size_t first = to.size();
    print_real(to, is_float ? "%.9g" : "%.17g", static_cast<double>(number));
    if (to.find_first_of(".e", first) == std::string::npos) to.append(".0");
    if (is_float) to.push_back('f');
}

template <class T>
[[gnu::cold]] void write_array(std::string& to, const FoundVariable& found, std::size_t at, std::string_view number)
{
    const T* const numbers = found.variable->storage()->template data<T>();
    const std::size_t size = found.variable->storage()->stored_size();
    std::string path = found.path;
    for (char& c : path)
        if (static_cast<unsigned char>(c) < ' ' || c == '\\') c = '?';
    append(to, {"// ", path, ", ", found.variable->needs().extents, "\nalignas(", alignment, ") inline constexpr ", number,
                " array_", at, "[]{"});
    for (std::size_t i = 0; i < size; ++i) {
        if (!is_finite(numbers[i]))
            fail({"export_header: \"", found.path, "\" holds ", double(numbers[i]), ", finite numbers are needed"});
        const std::size_t line = to.size() - to.rfind('\n');
        append(to, {i == 0 ? "\n    " : line > 110 ? ",\n    " : ", "});
        if (bits_of_size(numbers[i]) == 0 && !std::signbit(numbers[i])) append(to, {"0"});
        else write_number(to, numbers[i], sizeof(T) == 4);
    }
    append(to, {"};\n"});
}

[[gnu::cold]] inline std::string header_text(const std::vector<FoundVariable>& variables, const HeaderOptions& how, bool is_float,
                                             std::size_t inputs, std::size_t outputs, std::string_view file)
{
    if (!is_identifier(how.name)) fail({"export_header: \"", how.name, "\" is no name of a namespace"});
    if (!is_one_line(how.type) || !is_one_line(how.include))
        fail(
            {"export_header: say the model's type as C++ and the header that declares it, each in one line: {.type = \"LeNet5\", "
             ".include = \"lenet5.hpp\"}"});
    std::size_t count = 0;
    for (const FoundVariable& found : variables) {
        if (!found.variable->bound()) refuse_unbound(*found.variable, found.path, "export_header: ");
        count += found.variable->needs().extents.size();
    }
    if (variables.empty()) fail({"export_header: the model has no variables, there is nothing to write"});
    const std::string_view number = is_float ? "float" : "double";
    const bool quoted = how.include[0] != '<';
    std::string text =
        text_of({"// ", file, ": ", count,
                 " numbers of a model, written by lamina's export_header. Not to be edited.\n// clang-format off\n#pragma "
                 "once\n\n#include ",
                 quoted ? "\"" : "", how.include, quoted ? "\"" : "",
                 "\n\n#include <lamina/models/constant_model.hpp>\n\nnamespace ", how.name, " {\n\nusing Model = ", how.type,
                 ";\n\nnamespace weights { // rows are padded with zeros, as kernels read them\n\n"});
    for (std::size_t i = 0; i < variables.size(); ++i)
        if (is_float) write_array<float>(text, variables[i], i, number);
        else write_array<double>(text, variables[i], i, number);
    append(
        text,
        {"\n} // namespace weights\n\n/// The model with these weights. Nothing is allocated.\ninline const Model& model()\n{\n"
         "    static const lamina::ConstantModel<Model, ",
         variables.size(), "> made("});
    for (std::size_t i = 0; i < variables.size(); ++i)
        append(text, {i == 0 ? "" : i % 6 == 5 ? ",\n        " : ", ", "weights::array_", i});
    append(text, {");\n    return made.get();\n}\n\n/// The outputs of one sample: ", inputs, " numbers in, ", outputs,
                  " out. One thread at a time.\ninline void predict(const ", number, "* x, ", number,
                  "* y) { lamina::predict_sample(model(), x, y); }\n\n} // namespace ", how.name, "\n"});
    return text;
}

} // namespace internals

/// Writes a C++ header with a model's weights as constants: `NAME::model()` is the model bound to them, `NAME::predict(x, y)` computes one
/// sample. A program that includes it opens no file and allocates nothing, and may be compiled with -fno-exceptions -fno-rtti; its outputs have the
/// bits that the model's have when both are compiled for the same instruction set with the same options. It needs the headers of lamina,
/// xtensor and xsimd, and no library.
///
/// The model's type is the program's own, a Sequential or a struct, and is named by `type`; `include` is the header that declares it, which
/// both programs use. A struct needs one output, and one input whose shape it declares.
///
/// Options  HeaderOptions: type, include, name.
/// Refuses  an unbound variable, by name; numbers that are not finite; a type or a name that is missing or is no C++.
/// Example  auto write = [](const auto& model) { export_header(model, "weights.hpp", {.type = "LeNet5", .include = "lenet5.hpp", .name = "lenet5"}); };
template <class Model>
LAMINA_OUTLINED void export_header(const Model& model, const internals::FilePath& path, const HeaderOptions& how)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        static_assert(
            internals::input_count<Model> == 1 && !internals::gives_tuple<Model> && internals::declares_inputs<Model>,
            "lamina: a model that is exported has one output, and one input, whose shape it declares: using input = Input<…>");
        static_cast<void>(internals::sample_scratch<Model>());
        const std::string file = path.string();
        const std::size_t folder = file.find_last_of('/');
        internals::write_file_atomically(
            path, internals::header_text(internals::variables_of(model), how, sizeof(internals::number_type<Model>) == 4,
                                         internals::declared_input<Model, 0>.size(), internals::output_of<Model, 0>.size(),
                                         std::string_view(file).substr(folder == std::string::npos ? 0 : folder + 1)));
    }
}

}} // namespace lamina
