// keras: files of all three forms are opened by what they hold; layers, names and variables are those of Keras.
#include <lamina/interop/keras/file.hpp>

#include <lamina/formats/hdf5/writer.hpp>

#include "../../catch.hpp"
#include "../../data/temporary.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";

/// The layers as one text: `conv2d(conv2d_4): [5, 5, 1, 6] [6]; …`.
std::string text_of_layers(const std::vector<keras::FileLayer>& layers)
{
    std::string text;
    for (const auto& layer : layers) {
        append(text, {text.empty() ? "" : "; ", layer.group, '(', layer.name, "):"});
        for (const auto& variable : layer.variables) append(text, {' ', extents_text{variable.shape}});
        if (!layer.inside.empty()) append(text, {" {", text_of_layers(layer.inside), '}'});
    }
    return text;
}

file_tensor array(std::vector<float> numbers)
{
    const auto owner = keep_bytes({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
    return {"", dtype::float32, {numbers.size()}, owner->text, owner};
}

} // namespace

TEST_CASE("keras: a model in three forms of files", "[interop][keras]")
{
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    const auto folder = reference / "more_models" / "nested";
    const auto whole = keras::read(folder / "model.h5");
    CHECK(whole.is == keras::File::form::whole_h5);
    CHECK(whole.version == "3.15.1");
    CHECK(whole.config.starts_with("{"));
    CHECK_FALSE(whole.compiled.empty());
    CHECK(whole.optimizer.size() == 16);
    const std::string inside = "{dense(a): [14, 9] [9]; dense_1(b): [9, 7] [7]}";
    CHECK(text_of_layers(whole.layers) == "sequential(body): " + inside + "; p_re_lu(p_re_lu): [7]; dense(dense_8): [7, 3] [3]");

    const auto archive = keras::read(folder / "model.keras");
    CHECK(archive.is == keras::File::form::archive);
    CHECK(archive.version == "3.15.1");
    CHECK(archive.optimizer.size() == 16);
    CHECK(text_of_layers(archive.layers) ==
          "sequential(body): " + inside + "; p_re_lu(p_re_lu): [7]; dense(dense_8): [7, 3] [3]");

    const auto weights = keras::read(folder / "model.weights.h5");
    CHECK(weights.is == keras::File::form::weights_h5);
    CHECK(weights.config.empty());
    CHECK(text_of_layers(weights.layers) == "dense(dense_8): [7, 3] [3]; p_re_lu(p_re_lu): [7]; sequential(body): " + inside);

    const auto attention = keras::read(reference / "more_models" / "attention" / "model.keras");
    CHECK(says(text_of_layers(attention.layers),
               "multi_head_attention(multi_head_attention): [8, 2, 4] [2, 4] [8, 2, 4] [2, 4] [8, 2, 4] [2, 4] [2, 4, 8] [8]"));
    std::size_t files = 0, arrays = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(reference)) {
        const auto ending = entry.path().extension();
        if (ending != ".h5" && ending != ".keras") continue;
        INFO(entry.path());
        const auto file = keras::read(entry.path());
        CHECK(file.layers.size() > 1);
        for (const auto& layer : file.layers) arrays += layer.variables.size();
        ++files;
    }
    std::cout << files << " files with " << arrays << " variables of layers\n";
    CHECK(files >= 36);
}

TEST_CASE("keras: weights of Keras 2, and lists that were split", "[interop][keras]")
{
    const Temporary folder("keras");
    hdf5::Writer writer;
    writer.texts("", "layer_names0", {"a"});
    writer.texts("", "layer_names1", {"b", "none"});
    writer.texts("a", "weight_names0", {"a/dense/kernel:0"});
    writer.texts("a", "weight_names1", {"a/norm/gamma:0", "a/dense/bias:0"});
    writer.texts("b", "weight_names", {"b\\kernel:0"});
    writer.texts("none", "weight_names", {});
    for (const auto* name : {"a/a/dense/kernel:0", "a/a/norm/gamma:0", "a/a/dense/bias:0", "b/b/kernel:0"})
        writer.dataset(name, array({1, 2}));
    writer.write(folder.path / "a.h5");
    const auto file = keras::read(folder.path / "a.h5");
    REQUIRE(file.layers.size() == 2);
    CHECK(file.layers[0].variables[0].name == "a/a/dense/kernel:0");
    CHECK(file.layers[0].variables[1].name == "a/a/dense/bias:0"); // parts are brought together
    CHECK(file.layers[1].variables[0].name == "b/b/kernel:0");

    hdf5::Writer missing;
    missing.texts("", "layer_names", {"a"});
    missing.texts("a", "weight_names", {"kernel"});
    missing.write(folder.path / "missing.h5");
    CHECK(says(refusal_of([&] { keras::read(folder.path / "missing.h5"); }), "lists the weight \"a/kernel\", which it has not"));
    hdf5::Writer().write(folder.path / "empty.h5");
    CHECK(says(refusal_of([&] { keras::read(folder.path / "empty.h5"); }), "is HDF5 without layers, a file of Keras was needed"));
    folder.write("text.h5", "text");
    CHECK(says(refusal_of([&] { keras::read(folder.path / "text.h5"); }), "is neither HDF5 nor a zip archive"));
}
