// lamina/lite/report.hpp: what a conversion costs: bytes and errors, layer by layer.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/lite/convert.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/lite/passes/calibrate.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace lite {

/// A layer of a report: its constants in both files, and what its result differs by.
struct ReportRow {
    std::string layer, operators;                  ///< its path; the operators that it became
    std::size_t bytes_before = 0, bytes_after = 0; ///< of its constants
    double largest = 0, mean = 0; ///< of the differences' sizes; both 0 where the result is not in the other file
    double size = 0;              ///< the largest number of the result in float
    bool compared = false;

    /// The largest error as a share of the largest number.
    double share() const { return size > 0 ? largest / size : largest; }
};

/// What a file differs by from the model, or the file in float32, that it was made of.
struct Report {
    std::vector<ReportRow> rows{};
    std::size_t worst = 0;                         ///< the row whose error is the largest share of its numbers
    std::size_t bytes_before = 0, bytes_after = 0; ///< of the files
    std::size_t samples = 0;
    double largest = 0; ///< of all outputs
};

} // namespace lite

namespace internals::tflite {

/// Compares two networks, tensor by tensor of the same name.
class NetworkComparison {
public:
    [[gnu::cold]] NetworkComparison(Network in_float, Network other) : before(std::move(in_float)), after(std::move(other))
    {
        for (Network* const network : {&before, &after})
            if (network->subgraphs.empty()) fail({network->source, ": has no subgraphs"});
    }

    [[gnu::cold]] lite::Report run(std::span<const lite::TensorView> samples)
    {
        lite::InterpreterOptions with;
        with.keep_tensors = true;
        lite::Interpreter a(Network(before), with), b(Network(after), with);
        require_samples(a, samples, "lite::compare");
        list_rows();
        const auto &inputs = a.input_details(), &others = b.input_details();
        if (inputs.size() != others.size())
            fail({"lite::compare: the files have ", inputs.size(), " and ", others.size(), " inputs"});
        std::size_t ready = 0;
        run_over(a, samples, [&](lite::Interpreter& exact, std::size_t first, std::size_t count) {
            for (std::size_t i = 0; i < others.size() && count != ready; ++i) {
                std::vector<std::size_t> shape = others[i].shape;
                if (!shape.empty()) shape[0] = count;
                b.resize_tensor_input(others[i].index, shape);
            }
            if (count != ready) b.allocate_tensors();
            ready = count;
            for (std::size_t i = 0; i < others.size(); ++i) give_samples(b, others[i], samples[i], first, count);
            b.invoke();
            for (std::size_t row = 0; row < report.rows.size(); ++row)
                if (places[row].after != none)
                    look(report.rows[row], counts[row], exact.get_tensor(places[row].before), b, places[row].after);
            report.samples += count;
        });
        for (std::size_t row = 0; row < report.rows.size(); ++row) {
            lite::ReportRow& one = report.rows[row];
            if (counts[row] > 0) one.mean /= static_cast<double>(counts[row]);
            if (one.share() > report.rows[report.worst].share()) report.worst = row;
            if (contains(before.subgraphs[0].outputs, places[row].before)) report.largest = std::max(report.largest, one.largest);
        }
        return std::move(report);
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};
    struct Place {
        std::size_t before, after;
    };

    [[gnu::cold]] static void look(lite::ReportRow& row, std::size_t& count, const xt::xarray<float>& exact,
                                   lite::Interpreter& other, std::size_t tensor)
    {
        const bool real = other.tensor_details()[tensor].dtype == dtype::float32;
        const xt::xarray<float> found = real ? other.get_tensor(tensor) : other.get_tensor_dequantized(tensor);
        if (found.size() != exact.size()) return;
        row.compared = true;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const double error = std::abs(double(found.data()[i]) - double(exact.data()[i]));
            row.largest = std::max(row.largest, error);
            row.mean += error;
            row.size = std::max(row.size, std::abs(double(exact.data()[i])));
        }
        count += exact.size();
    }

    /// The path of the layer that an operator belongs to: the name of its result without the name of an operator at its end.
    [[gnu::cold]] static std::string_view layer_of(std::string_view name)
    {
        const std::size_t slash = name.rfind('/');
        if (slash == name.npos) return name;
        std::string last(name.substr(slash + 1));
        for (char& letter : last)
            if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
        for (const CodeFacts& facts : code_facts)
            if (facts.name == last) return name.substr(0, slash);
        return name;
    }

    /// The bytes of the constants that an operator reads, also where they are widened first.
    [[gnu::cold]] static std::size_t constants_of(const Subgraph& graph, const Operator& op, std::vector<std::uint8_t>& counted)
    {
        std::size_t bytes = 0;
        for (const std::ptrdiff_t input : op.inputs) {
            if (input < 0) continue;
            auto at = static_cast<std::size_t>(input);
            for (const Operator& other : graph.operators)
                if (other.op == code::dequantize && contains(other.outputs, at) &&
                    graph.tensors[static_cast<std::size_t>(other.inputs[0])].is_constant)
                    at = static_cast<std::size_t>(other.inputs[0]);
            if (!graph.tensors[at].is_constant || counted[at] != 0) continue;
            counted[at] = 1;
            bytes += graph.tensors[at].data.bytes.size();
        }
        return bytes;
    }

    [[gnu::cold]] lite::ReportRow* row_of(std::string_view layer)
    {
        for (lite::ReportRow& row : report.rows)
            if (row.layer == layer) return &row;
        return nullptr;
    }

    [[gnu::cold]] void list_rows()
    {
        const Subgraph &exact = before.subgraphs[0], &other = after.subgraphs[0];
        std::vector<std::uint8_t> counted(exact.tensors.size(), 0), counted_after(other.tensors.size(), 0);
        for (const Operator& op : exact.operators) {
            const std::string& name = exact.tensors[op.outputs[0]].name;
            lite::ReportRow* row = row_of(layer_of(name));
            if (!row) {
                lite::ReportRow made;
                made.layer = layer_of(name);
                add_to(report.rows, std::move(made));
                add_to(places, {none, none});
                add_to(counts, 0);
                row = &report.rows.back();
            }
            if (!std::string_view(row->operators).ends_with(operator_name(op.op)))
                append(row->operators, {row->operators.empty() ? "" : " ", operator_name(op.op)});
            row->bytes_before += constants_of(exact, op, counted);
            const dtype type = exact.tensors[op.outputs[0]].type;
            if (type == dtype::int8)
                fail({"lite::compare: the file in float32 comes first, this one holds \"", name, "\" as ", name_of(type)});
            if (type != dtype::float32) continue; // positions and extents have no error
            Place& place = places[static_cast<std::size_t>(row - report.rows.data())];
            for (std::size_t i = 0; i < other.tensors.size(); ++i)
                if (!other.tensors[i].is_constant && other.tensors[i].name == name) {
                    place = {op.outputs[0], i};
                    break;
                }
        }
        for (const Operator& op : other.operators)
            if (lite::ReportRow* const row = row_of(layer_of(other.tensors[op.outputs[0]].name)))
                row->bytes_after += constants_of(other, op, counted_after);
    }

    Network before, after;
    lite::Report report;
    std::vector<Place> places;       ///< of each row, its last result
    std::vector<std::size_t> counts; ///< of each row, the numbers that were compared
};

[[gnu::cold]] inline lite::Report compare_files(std::span<const std::byte> in_float, std::span<const std::byte> file,
                                                std::span<const lite::TensorView> samples)
{
    const auto read = [](std::span<const std::byte> bytes) {
        return read_network(std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end()), "a file in memory",
                            std::size_t(1) << 40);
    };
    lite::Report made = NetworkComparison(read(in_float), read(file)).run(samples);
    made.bytes_before = in_float.size();
    made.bytes_after = file.size();
    return made;
}

/// A number in few digits, at the end of a column.
[[gnu::cold]] inline void print_column(std::string& to, std::string_view text, std::size_t width, bool left = false)
{
    const std::string space(text.size() < width ? width - text.size() : 0, ' ');
    if (left) append(to, {text, space});
    else append(to, {space, text});
}

} // namespace internals::tflite

namespace lite {

/// Runs a file and the one in float32 that it was made of over samples, and says of each layer how many bytes its constants had and have, and
/// what its result differs by. Layers are found by the names of tensors, which `convert` keeps.
///
/// Refuses  samples that are none of the inputs; what the reader and the interpreter refuse.
/// Example  auto show = [](auto& model, std::span<const std::byte> file, const xt::xtensor<float, 2>& x) { std::cout << lite::compare(model, file, x); };
[[gnu::cold]] inline Report compare(std::span<const std::byte> in_float, std::span<const std::byte> file,
                                    const TensorView& samples)
{
    return internals::tflite::compare_files(in_float, file, {&samples, 1});
}
/// The same of several inputs, samples of each.
[[gnu::cold]] inline Report compare(std::span<const std::byte> in_float, std::span<const std::byte> file,
                                    const std::vector<TensorView>& samples)
{
    return internals::tflite::compare_files(in_float, file, samples);
}
/// The same of the model itself.
template <class M, class Samples>
    requires(!std::is_convertible_v<const M&, std::span<const std::byte>>)
Report compare(const M& model, std::span<const std::byte> file, const Samples& samples)
{
    const std::vector<std::byte> in_float = lite::convert(model);
    if constexpr (std::is_convertible_v<const Samples&, std::vector<TensorView>>)
        return lite::compare(std::span<const std::byte>(in_float), file, std::vector<TensorView>(samples));
    else return lite::compare(std::span<const std::byte>(in_float), file, TensorView(samples));
}

/// Writes a table, a row a layer; the worst has an arrow.
[[gnu::cold]] inline void print(std::string& to, const Report& report)
{
    std::size_t wide = 5, operators = 9;
    for (const ReportRow& row : report.rows) {
        wide = std::max(wide, row.layer.size());
        operators = std::max(operators, std::min<std::size_t>(row.operators.size(), 40));
    }
    const auto line = [&](std::string_view layer, std::string_view ops, std::string_view before, std::string_view after,
                          std::string_view largest, std::string_view mean, std::string_view mark) {
        using internals::tflite::print_column;
        print_column(to, layer, wide + 2, true);
        print_column(to, ops.substr(0, operators), operators, true);
        print_column(to, before, 12);
        print_column(to, after, 12);
        print_column(to, largest, 14);
        print_column(to, mean, 14);
        internals::append(to, {mark, '\n'});
    };
    const auto real = [](double number) {
        std::string text;
        internals::print_real(text, "%.3g", number);
        return text;
    };
    line("layer", "operators", "bytes", "now", "largest error", "mean error", "");
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const ReportRow& row = report.rows[i];
        line(row.layer, row.operators, internals::text_of({row.bytes_before}), internals::text_of({row.bytes_after}),
             row.compared ? real(row.largest) : "-", row.compared ? real(row.mean) : "-",
             i == report.worst && row.largest > 0 ? "  <- worst" : "");
    }
    line("file", "", internals::text_of({report.bytes_before}), internals::text_of({report.bytes_after}), real(report.largest),
         "", internals::text_of({"  over ", report.samples, " samples"}));
}
LAMINA_OUTLINED inline std::ostream& operator<<(std::ostream& out, const Report& report)
{
    std::string text;
    print(text, report);
    return out << text;
}

} // namespace lite

}} // namespace lamina
