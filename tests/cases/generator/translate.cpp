// How a case becomes a test: see translate.hpp.
#include "cases/generator/translate.hpp"

#include <lamina/interop/keras/config.hpp>
#include <lamina/interop/keras/spelling.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace cases {

namespace fs = std::filesystem;
using namespace lamina::keras::detail;
using nlohmann::json;

namespace {

/// A sentence that says why a case cannot be tested, which is a failure.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Kind {
    std::string call;               ///< what runs a case
    std::vector<std::string> homes; ///< where the headers of its classes are, named as the class in lower case
};
const std::map<std::string, Kind> kinds{
    {"layers", {"layer", {"layers"}}},
    {"losses", {"loss", {"training/losses"}}},
    {"optimizers", {"optimizer", {"training/optimizers"}}},
    {"metrics", {"metric", {"training/metrics", "training/losses"}}},
    {"schedules", {"schedule", {"training/schedules"}}},
    {"regularizers", {"regularizer", {"blocks"}}},
    {"constraints", {"constraint", {"blocks"}}},
    {"derivatives", {"derivatives", {"autodiff"}}},
};

/// The functions of the cases of derivatives, which have no case.json: their names say which they are.
const std::map<std::string, const char*> functions{
    {"tanh_x_times_exp_sin_x", "tanh(x) * exp(sin(x))"},
    {"log1p_x2_over_sqrt", "log1p(square(x)) / sqrt(2 + x)"},
    {"sigmoid_cubed", "sigmoid(x) * sigmoid(x) * sigmoid(x)"},
    {"x_pow_x", "pow(x + 1.5, x)"},
};

/// What Keras says elsewhere than in the configs of some cases: a Huber loss forgets its delta, a causal mask is asked for when a layer is
/// called, a layer Softmax is lamina's Activation<Softmax>, and no config tells the numbers of a threshold.
const std::map<std::string, const char*> left_out_of_config{
    {"losses/huber_delta", R"({"delta": 0.4})"},
    {"layers/softmax_layer", R"({"activation": "softmax"})"},
    {"layers/activation_threshold",
     R"({"activation": {"class_name": "threshold", "config": {"threshold": 0.5, "default_value": -1}}, "threshold": null, "default_value": null})"},
    {"layers/multi_head_causal_attention", R"({"use_causal_mask": true})"},
};

/// What Keras computes otherwise than the paper that it names. The test demands that lamina differs, so that a mended Keras is noticed.
const std::map<std::string, const char*> wrong_in_keras{
    {"layers/activation_sparsemax", "Keras adds up all partial sums where it needs the last, and rows do not sum to 1"},
};

std::string squeezed(std::string_view name) // lower case without underscores
{
    std::string text;
    for (const char c : name)
        if (c != '_') text += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

/// The header that is called as the class, or any header for no class; nothing where there is none.
std::string header_of(const fs::path& include, const std::string& kind, const std::string& keras)
{
    for (const std::string& home : kinds.at(kind).homes) {
        if (!fs::exists(include / "lamina" / home)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(include / "lamina" / home))
            if (entry.path().extension() == ".hpp" &&
                (keras.empty() || squeezed(entry.path().stem().string()) == squeezed(keras)))
                return entry.path().lexically_relative(include).generic_string();
    }
    return "";
}

json read(const fs::path& file)
{
    std::ifstream in(file);
    if (!in) throw Refused("case.json is not there");
    json all = json::parse(in);
    if (!all.is_object() || !all.contains("class") || !all["class"].is_string())
        throw Refused("case.json: there is no class, a name was needed");
    const auto& keras = all["class"].get_ref<const std::string&>();
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (keras.empty() || !std::all_of(keras.begin(), keras.end(), letter))
        throw Refused("case.json: the class is \"" + keras + "\", the name of one was needed");
    return all;
}

/// One of the sizes of a target shape may be -1: what the others leave of the sample.
void complete(json& target_shape, const std::vector<std::size_t>& sample)
{
    long long left = 1;
    for (const std::size_t extent : sample) left *= static_cast<long long>(extent);
    for (const json& each : target_shape)
        if (each.is_number_unsigned() && each.get<long long>() > 0) left /= each.get<long long>();
    for (json& each : target_shape)
        if (each == -1) each = left;
}

/// What a layer is run with besides its type: sizes, or an `Input<…>` for each of several inputs, and behind the folder the names of its weights and whether it trains. Completes a
/// target_shape.
std::pair<std::string, std::string> layer_arguments(json& all)
{
    json& config = all["config"];
    const json shape = all.value("input_shape", json());
    const bool several = shape.is_array() && !shape.empty() && shape[0].is_array();
    for (const json& each : several ? shape : json::array({shape}))
        if (!each.is_array() || each.empty() ||
            !std::all_of(each.begin(), each.end(), [](const json& size) { return size.is_number_unsigned(); }))
            throw Refused("case.json: the input_shape is " + shape.dump() + ", sizes were needed, the batch's first");
    const bool training = all.at("training").get<bool>();
    for (const char* option : {"rate", "dropout", "recurrent_dropout"})
        if (training && config.value(option, 0.0) != 0)
            throw Refused("a training call with the " + std::string(option) + ' ' + config[option].dump() +
                          " depends on Keras's random numbers");
    const auto sample_of = [](const json& each) { return std::vector<std::size_t>(each.begin() + 1, each.end()); };
    const std::vector<std::size_t> sample = several ? std::vector<std::size_t>{} : sample_of(shape);
    if (config.contains("target_shape") && config["target_shape"].is_array()) complete(config["target_shape"], sample);

    std::string extents, weights;
    for (const std::size_t extent : sample) extents += ", " + std::to_string(extent);
    for (const json& each : several ? shape : json::array()) {
        std::string input;
        for (const std::size_t extent : sample_of(each)) input += (input.empty() ? "" : ", ") + std::to_string(extent);
        extents += ", Input<" + input + '>';
    }
    for (const json& weight : all.at("weights"))
        weights += (weights.empty() ? "" : ", ") + json(weight.get<std::string>()).dump();
    return {extents, ", {" + weights + "}, " + (training ? "true" : "false")};
}

/// {{"units", "5"}, …}: what the class's own list has to say.
std::string expected(const Options& said)
{
    std::string text;
    for (const auto& option : said)
        text += (text.empty() ? "{" : ", {") + json(std::string(option.name)).dump() + ", " +
                json(lamina::internals::text_of({option.value})).dump() + '}';
    return '{' + text + '}';
}

void write_test(Translation& made, const Class& c, json& all, const fs::path& folder)
{
    if (!all.contains("config") || !all["config"].is_object())
        throw Refused("case.json: there is no config, an object was needed");
    const std::string id = std::string(c.kind) + '/' + folder.filename().string();
    if (const auto unsaid = left_out_of_config.find(id); unsaid != left_out_of_config.end())
        all["config"].update(json::parse(unsaid->second));
    std::pair<std::string, std::string> more;
    if (c.kind == "layers") more = layer_arguments(all);
    const Json config = parse_json(all["config"].dump(), "case.json");
    std::string problem;
    const Options said = read_config(c, config, problem);
    std::vector<std::string_view> headers;
    std::string type = spelled(c, said, spelling::whole, headers, problem);
    if (!problem.empty()) throw Refused(problem);
    made.headers.insert(headers.begin(), headers.end());
    if (c.keras == "Dense" && all["input_shape"].size() > 2)
        type.insert(type.size() - 1, ", EachRow"); // Keras has no word for it
    const std::string where = "R\"case(" + folder.string() + ")case\"";
    const std::string run = "cases::" + kinds.at(std::string(c.kind)).call,
                      by = '"' + std::string(c.says) + "\", " + expected(said);
    const auto report = [](const std::string& call) { return "    cases::report([&] { return " + call + "; });\n"; };
    const auto wrong = wrong_in_keras.find(id);
    const auto compare = [&](const std::string& call) {
        if (wrong == wrong_in_keras.end()) return report(call);
        return "    cases::report_difference([&] { return " + call + "; }, " + json(wrong->second).dump() + ");\n";
    };
    if (is_object(c))
        made.test = "    const auto tested = " + type + ";\n" + compare(run + '(' + where + ", tested)") +
                    report("cases::listed(tested, " + by + ')');
    else
        made.test = "    using Tested = " + type + ";\n" +
                    compare(run + "<Tested" + more.first + ">(" + where + more.second + ')') +
                    report("cases::listed<Tested>(" + by + ')');
}

} // namespace

Translation translate(const fs::path& folder, const fs::path& include)
{
    Translation made;
    const auto kind = folder.parent_path().filename().string();
    made.name = (folder.parent_path().parent_path().filename() / kind / folder.filename()).generic_string();
    try {
        if (!kinds.contains(kind)) throw Refused("no kind of case is called \"" + kind + '"');
        if (kind == "derivatives") {
            made.keras = "autodiff";
            made.program = kind + '.' + made.keras;
            const auto function = functions.find(folder.filename().string());
            if (function == functions.end())
                throw Refused("tests/cases/generator has no function called \"" + folder.filename().string() + '"');
            made.test = "    cases::report([&] { return cases::derivatives(R\"case(" + folder.string() +
                        ")case\", [](auto x) { return " + function->second + "; }); });\n";
            return made;
        }
        json all = read(folder / "case.json");
        made.keras = all["class"];
        if (const Class* const c = class_of(kind, made.keras)) {
            made.program = kind + '.' + made.keras;
            write_test(made, *c, all, folder);
        }
        else if (const auto header = header_of(include, kind, made.keras); !header.empty())
            throw Refused("lamina has " + header + ", and lamina/interop/keras/class_list.hpp has no row for it");
    }
    catch (const Refused& why) {
        made.refusal = why.what();
    }
    catch (const lamina::error& why) {
        made.refusal = why.what();
    }
    catch (const json::exception& why) {
        made.refusal = std::string("case.json: ") + why.what();
    }
    return made;
}

Written write_all(const std::vector<fs::path>& folders, const fs::path& include, std::size_t share)
{
    constexpr std::size_t most = 20; // CMakeLists.txt counts with it too
    struct Program {
        std::size_t folders = 0, tests = 0;
    };
    struct File {
        std::set<std::string> headers;
        std::string tests;
    };
    Written all;
    std::map<std::string, Program> programs;
    std::map<std::string, File> files;
    const auto visible = [](const fs::path& folder) {
        std::set<fs::path> inside; // in the order of their names
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) inside.insert(entry.path());
        return inside;
    };
    for (const fs::path& root : folders)
        for (const fs::path& kind : visible(root))
            for (const fs::path& folder : visible(kind)) {
                ++all.found;
                Translation made = translate(folder, include);
                if (made.program.empty() && made.refusal.empty()) all.unborn.push_back(made.name + " (" + made.keras + ')');
                if (!made.refusal.empty()) all.refused.push_back(made.name + ": " + made.refusal);
                if (made.program.empty()) continue;
                Program& program = programs[made.program];
                File& file = files[made.program + '.' + std::to_string(program.folders++ / most + 1) + ".cpp"];
                if (!made.refusal.empty()) continue;
                if (program.tests++ % share != 0) {
                    ++all.left_out;
                    continue;
                }
                ++all.tested;
                file.headers.merge(made.headers);
                file.tests += "\nTEST_CASE(R\"case(" + made.name + ")case\")\n{\n" + made.test + "}\n";
            }
    for (const auto& [name, file] : files) {
        std::string& text = all.files[name];
        const std::string program = name.substr(0, name.find('.', name.find('.') + 1)), kind = name.substr(0, name.find('.'));
        text = "// " + program + ": written by tests/cases/generator, a test for each case.\n#include \"cases/" + kind +
               ".hpp\"\n#include \"cases/listed.hpp\"\n\n";
        for (const std::string& header : file.headers) text += "#include <" + header + ">\n";
        text += "\nusing namespace lamina;\n" + file.tests;
    }
    return all;
}

} // namespace cases
