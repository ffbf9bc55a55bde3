// The generator, shown folders of cases that it must test, list or refuse, and a tree of headers with one that has no row.
#include "catch.hpp"

#include "cases/generator/translate.hpp"

#include <lamina/interop/keras/classes.hpp>
#include <lamina/interop/keras/spelling.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

using namespace cases;
using namespace lamina::keras::detail;

namespace {

namespace fs = std::filesystem;

/// Two folders of cases and one of headers, removed at the end.
struct Tree {
    const fs::path path = fs::temp_directory_path() / ("lamina_generator_" + std::to_string(std::random_device{}()));
    const fs::path first = path / "first", second = path / "second", include = path / "include";

    Tree()
    {
        fs::create_directories(first);
        fs::create_directories(second);
    }
    ~Tree() { fs::remove_all(path); }

    static void write(const fs::path& file, const std::string& text)
    {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    void add(const std::string& name, const std::string& json) const { write(first / name / "case.json", json); }

    Written all(std::size_t share = 1) const { return write_all({first}, include, share); }
};

const std::string plain = R"("training": false, "input_shape": [3, 4], "weights": ["kernel", "bias"])";
const std::string image = R"("training": false, "input_shape": [2, 8, 7, 3], "weights": [])";

/// A layer's case, with the options that say nothing.
std::string layer(const std::string& keras, const std::string& options, const std::string& rest)
{
    return R"({"class": ")" + keras + R"(", "config": {"name": "a", "trainable": true, "dtype": {"module": "keras", "config":
      {"name": "float32"}}, "gamma_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": null,
      "quantization_config": null)" +
           options + "}, " + rest + '}';
}

std::string of(const std::string& keras, const std::string& config)
{
    return R"({"class": ")" + keras + R"(", "config": )" + config + '}';
}

/// What becomes of one case.
Translation translated(const std::string& name, const std::string& json)
{
    const Tree tree;
    tree.add(name, json);
    return translate(tree.first / name, tree.include);
}

/// The body of its test, in which the folder is called here.
std::string test(const std::string& name, const std::string& json)
{
    const Tree tree;
    tree.add(name, json);
    const Translation made = translate(tree.first / name, tree.include);
    INFO(made.refusal);
    CHECK(made.refusal.empty());
    std::string text = made.test;
    const std::string folder = (tree.first / name).string();
    if (const auto at = text.find(folder); at != std::string::npos) text.replace(at, folder.size(), "here");
    return text;
}

std::string body(const std::string& tested, const std::string& call, const std::string& listed)
{
    return "    " + tested + ";\n    cases::report([&] { return cases::" + call +
           "; });\n    cases::report([&] { return cases::listed" + listed + "; });\n";
}

void refuses(const std::string& name, const std::string& json, const std::string& text)
{
    const Translation made = translated(name, json);
    INFO(json);
    CHECK_THAT(made.refusal, Catch::Contains(text));
    CHECK(made.test.empty());
}

} // namespace

TEST_CASE("A layer's case becomes its type and its list")
{
    CHECK(test("layers/dense", layer("Dense", R"(, "units": 5, "activation": "hard_silu", "use_bias": false)", plain)) ==
          body("using Tested = Dense<5, HardSilu, NoBias>", R"_(layer<Tested, 4>(R"case(here)case", {"kernel", "bias"}, false))_",
               R"_(<Tested>("Dense", {{"units", "5"}, {"activation", "hard_silu"}, {"use_bias", "false"}}))_"));
    CHECK(test("layers/dense, named (oddly)", layer("Dense", R"(, "units": 5, "dtype": "float64")", plain)) ==
          body("using Tested = Dense<5>", R"_(layer<Tested, 4>(R"case(here)case", {"kernel", "bias"}, false))_",
               R"_(<Tested>("Dense", {{"units", "5"}}))_"));
    const auto conv = test("layers/conv",
                           layer("Conv2D", R"(, "filters": 4, "kernel_size": [3, 2], "strides": 2, "padding": "same", "groups": 2,
        "kernel_initializer": {"class_name": "Orthogonal", "config": {"gain": 0.5, "seed": null}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "bias_regularizer": {"class_name": "L1L2", "config": {"l1": 0, "l2": 0.25}},
        "kernel_constraint": {"class_name": "NonNeg", "config": {}})",
                                 image));
    CHECK(
        conv ==
        body("using Tested = Conv2D<4, Kernel<3, 2>, Strides<2, 2>, Same, Groups<2>, Orthogonal<0.5>, "
             "BiasRegularizer<L1L2<0.0, 0.25>>, KernelConstraint<NonNegative>>",
             R"_(layer<Tested, 8, 7, 3>(R"case(here)case", {}, false))_",
             R"_(<Tested>("Conv2D", {{"filters", "4"}, {"kernel_size", "(3, 2)"}, {"strides", "(2, 2)"}, {"padding", "same"}, )_"
             R"_({"groups", "2"}, {"kernel_initializer", "Orthogonal(gain=0.5)"}, {"bias_initializer", "Zeros"}, )_"
             R"_({"bias_regularizer", "L1L2(l1=0, l2=0.25)"}, {"kernel_constraint", "NonNeg"}}))_"));
    CHECK_THAT(test("layers/padding", layer("Conv2D", R"(, "filters": 4, "kernel_size": 3, "padding": [1, 2])", image)),
               Catch::StartsWith("    using Tested = Conv2D<4, Kernel<3, 3>, Padding<1, 2>>;") &&
                   Catch::Contains(R"_({"padding", "(1, 2)"})_"));
    CHECK_THAT(test("layers/pool", layer("MaxPooling2D", R"(, "pool_size": [3, 2], "strides": null, "padding": "valid",
                                         "data_format": "channels_last")",
                                         image)),
               Catch::StartsWith("    using Tested = MaxPooling2D<Window{3, 2}, Valid>;"));
    CHECK_THAT(test("layers/reshape", layer("Reshape", R"(, "target_shape": [4, -1])", image)),
               Catch::StartsWith("    using Tested = Reshape<4, 42>;") && Catch::Contains(R"_({"target_shape", "(4, 42)"})_"));
    CHECK_THAT(test("layers/norm",
                    layer("BatchNormalization", R"(, "axis": -1, "momentum": 0.9, "center": false, "scale": true)", image)),
               Catch::StartsWith("    using Tested = BatchNormalization<Momentum<0.9>, NoCenter>;"));
    CHECK_THAT(
        test("layers/multi_head_causal_attention",
             layer("MultiHeadAttention", R"(, "num_heads": 2, "key_dim": 3, "value_dim": 5, "output_shape": [7], "dropout": 0.0,
                                                   "attention_axes": [1])",
                   plain)),
        Catch::StartsWith(
            "    using Tested = MultiHeadAttention<2, 3, ValueDim<5>, DropoutRate<0.0>, OutputDim<7>, CausalMask>;") &&
            Catch::Contains(R"_({"output_shape", "(7)"}, {"use_causal_mask", "true"}})_"));
    CHECK_THAT(test("layers/attention", layer("Attention", R"(, "use_scale": true, "score_mode": "concat", "dropout": 0.0)",
                                              R"("training": false, "input_shape": [[3, 4, 5], [3, 6, 5]], "weights": [])")),
               Catch::StartsWith("    using Tested = Attention<UseScale, ConcatScore, DropoutRate<0.0>>;") &&
                   Catch::Contains("<Tested, Input<4, 5>, Input<6, 5>>("));
    CHECK_THAT(test("layers/flatten", layer("Flatten", "", image)),
               Catch::StartsWith("    using Tested = Flatten;") && Catch::Contains(R"(listed<Tested>("Flatten", {}))"));
}

TEST_CASE("What an object has of values becomes an object")
{
    CHECK(
        test("losses/binary", of("BinaryCrossentropy", R"({"reduction": "sum", "from_logits": true, "label_smoothing": 0.25,
                                                             "axis": -1})")) ==
        body(
            "const auto tested = BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.25f, .reduction = Reduction::sum}",
            R"_(loss(R"case(here)case", tested))_",
            R"_((tested, "BinaryCrossentropy", {{"from_logits", "true"}, {"label_smoothing", "0.25"}, {"reduction", "sum"}}))_"));
    CHECK_THAT(
        test("optimizers/sgd",
             of("SGD", R"({"learning_rate": 0.5, "momentum": 0, "clipnorm": 1, "clipvalue": null, "use_ema": false,
                                                   "ema_momentum": 0.99})")),
        Catch::StartsWith("    const auto tested = SGD{.learning_rate = 0.5f, .momentum = 0.0f, .clipnorm = 1.0, .use_ema = "
                          "false, .ema_momentum = 0.99};"));
    const auto cosine = translated("optimizers/cosine", of("SGD", R"({"learning_rate": {"class_name": "CosineDecay",
        "config": {"name": "c", "initial_learning_rate": 0.5, "decay_steps": 10, "warmup_target": null}}, "nesterov": true})"));
    CHECK_THAT(
        cosine.test,
        Catch::StartsWith(
            "    const auto tested = SGD{.learning_rate = CosineDecay{.initial_learning_rate = 0.5f, .decay_steps = 10, .alpha = "
            "0.0f, .warmup_steps = 0}, .nesterov = true};") &&
            Catch::Contains(R"_({"learning_rate", "CosineDecay(initial_learning_rate=0.5, decay_steps=10, )_"
                            R"_(alpha=0, warmup_target=none, warmup_steps=0)"})_"));
    CHECK(cosine.headers ==
          std::set<std::string>{"lamina/training/optimizers/sgd.hpp", "lamina/training/schedules/cosine_decay.hpp"});
    CHECK_THAT(test("metrics/top", of("TopKCategoricalAccuracy", R"({"k": 2, "dtype": "float32"})")),
               Catch::StartsWith("    const auto tested = TopKCategoricalAccuracy{.k = 2};") &&
                   Catch::Contains("cases::metric("));
    CHECK_THAT(
        test("schedules/decay", of("ExponentialDecay", R"({"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.6})")),
        Catch::Contains("cases::schedule("));
    CHECK_THAT(test("regularizers/l2", of("L2", R"({"l2": 0.02})")),
               Catch::StartsWith("    using Tested = L2<0.02>;") && Catch::Contains("cases::regularizer<Tested>("));
    CHECK_THAT(test("constraints/norm", of("MaxNorm", R"({"max_value": 1.2, "axis": 0})")),
               Catch::StartsWith("    using Tested = MaxNorm<1.2, 0>;") && Catch::Contains("cases::constraint<Tested>("));
}

TEST_CASE("What cannot be tested is refused in a sentence")
{
    const auto dense = [](const std::string& options) { return layer("Dense", R"(, "units": 5, )" + options, plain); };
    const auto conv = [](const std::string& options) { return layer("Conv2D", R"(, "filters": 4, )" + options, image); };
    refuses("layers/x", dense(R"("telepathy": 1)"), "the option \"telepathy\" of Dense is 1, and lamina has no such option");
    refuses("layers/x", dense(R"("bias_regularizer": {"class_name": "L3", "config": {}})"),
            "\"bias_regularizer\" of Dense is \"L3\"");
    refuses("layers/x", dense(R"("activity_regularizer": {"class_name": "L2", "config": {}})"),
            "\"activity_regularizer\" of Dense is");
    refuses("layers/x", dense(R"("kernel_initializer": {"class_name": "Wavelet", "config": {}})"), "\"Wavelet\"");
    refuses("layers/x", dense(R"("kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1, "half": true}})"),
            "the option \"half\" of L2 is true");
    refuses("layers/x", dense(R"("activation": "softmin")"),
            "the option \"activation\" of Dense is \"softmin\", which is no activation");
    refuses("layers/x", dense(R"("activation": {"class_name": "LeakyReLU", "config": {}})"),
            "\"LeakyReLU\", which is no class that lamina has for it");
    refuses("layers/x", dense(R"("dtype": "float16")"), "\"float16\", lamina has float32 and float64");
    refuses("layers/x", dense(R"("use_bias": 1)"), "true or false was needed");
    refuses("layers/x", layer("Dense", "", plain), "the config of Dense has no \"units\"");
    refuses("layers/x", layer("Dense", R"(, "units": "many")", plain),
            "\"units\" of Dense is \"many\", a whole number was needed");
    refuses("layers/x", conv(R"("kernel_size": [3, 2], "data_format": "channels_first")"),
            "\"data_format\" of Conv2D is \"channels_first\"");
    refuses("layers/x", conv(R"("kernel_size": [3, 2], "padding": "full")"),
            "\"padding\" of Conv2D is full, lamina has valid, same, causal");
    refuses("layers/x", conv(R"("kernel_size": [3, 2, 2])"), "\"kernel_size\" of Conv2D is [3,2,2], 2 whole numbers were needed");
    refuses("layers/x", layer("Dropout", R"(, "rate": 0.5)", R"("training": true, "input_shape": [3, 4], "weights": [])"),
            "the rate 0.5 depends on Keras's random numbers");
    refuses("layers/x", layer("Dense", R"(, "units": 5)", R"("training": false, "weights": [])"), "the input_shape is null");
    refuses("layers/x", layer("Dense", R"(, "units": 5)", R"("input_shape": [3, 4], "weights": [])"), "case.json:");
    refuses("layers/x", R"({"class": "Dense", "config": {)", "case.json:");
    refuses("layers/x", "", "case.json:");
    refuses("layers/x", R"({"config": {}})", "there is no class");
    refuses("layers/x", R"({"class": "Dense"})", "there is no config");
    CHECK(translated("layers/x", R"({"class": "Dense"})").program == "layers.Dense"); // CMake has counted it
    refuses("layers/x", of("../Dense", "{}"), "the name of one was needed");
    refuses("losses/x", of("BinaryCrossentropy", R"({"axis": 1})"), "\"axis\" of BinaryCrossentropy is 1, lamina has");
    refuses("losses/x", of("BinaryCrossentropy", R"({"axis": 1})"), "\"axis\" of BinaryCrossentropy is 1");
    refuses("losses/x", of("BinaryCrossentropy", R"({"axis": 0})"), "\"axis\" of BinaryCrossentropy is 0");
    refuses("losses/x", of("Huber", R"({"delta": {"class_name": "CosineDecay", "config": {}}})"), "\"delta\" of Huber is");
    refuses("optimizers/x", of("SGD", R"({"learning_rate": 0.5, "loss_scale_factor": 2})"),
            "the option \"loss_scale_factor\" of SGD is 2");
    refuses("optimizers/x", of("SGD", R"({"learning_rate": {"class_name": "Mine", "config": {}}})"),
            "\"learning_rate\" of SGD is \"Mine\"");
    refuses("optimizers/x", of("SGD", R"({"learning_rate": {"class_name": "CosineDecay",
                                         "config": {"initial_learning_rate": 0.5, "decay_steps": 10, "jitter": 1}}})"),
            "the option \"jitter\" of CosineDecay is 1");
    refuses("models/x", of("Dense", "{}"), "no kind of case is called \"models\"");

    const Tree tree;
    Tree::write(tree.include / "lamina/layers/odd/quantum_dot.hpp", "");
    Tree::write(tree.include / "lamina/training/metrics/accuracy.hpp", "");
    tree.add("layers/quantum", of("QuantumDot", "{}"));
    tree.add("metrics/accuracy", of("Accuracy", "{}"));
    CHECK_THAT(translate(tree.first / "layers/quantum", tree.include).refusal,
               Catch::Contains(
                   "lamina has lamina/layers/odd/quantum_dot.hpp, and lamina/interop/keras/class_list.hpp has no row for it"));
    CHECK(translate(tree.first / "metrics/accuracy", tree.include).refusal.empty());
    Tree::write(tree.first / "derivatives/square/x.npy", "");
    CHECK_THAT(translate(tree.first / "derivatives/square", tree.include).refusal,
               Catch::Contains("has no function called \"square\""));
    Tree::write(tree.first / "derivatives/x_pow_x/x.npy", "");
    CHECK_THAT(translate(tree.first / "derivatives/x_pow_x", tree.include).test, Catch::Contains("return pow(x + 1.5, x); }"));
}

TEST_CASE("Nothing is forgotten: each folder is tested, left out, listed or refused")
{
    const Tree tree;
    for (int i = 0; i < 41; ++i)
        tree.add("layers/dropout_" + std::to_string(100 + i), layer("Dropout", R"(, "rate": 0.)" + std::to_string(1 + i), plain));
    tree.add("layers/dropout_120_bad", layer("Dropout", "", plain));
    tree.add("layers/unknown", layer("Telepathy", R"(, "volume": 11)", plain));
    tree.add("losses/unborn", of("Circle", "{}"));
    tree.add("losses/huber", of("Huber", "{}"));
    Tree::write(tree.first / "layers/no_json/input.npy", "");
    fs::create_directories(tree.first / "layers/nothing");
    Tree::write(tree.first / "layers/.hidden/x", "");
    Tree::write(tree.first / "layers/notes.txt", "");
    Tree::write(tree.first / "derivatives/square/x.npy", "");
    Tree::write(tree.second / "losses/huber/case.json", of("Huber", R"({"delta": 2})"));

    const auto tests_in = [](const std::string& text) {
        std::size_t count = 0;
        for (auto at = text.find("TEST_CASE"); at != std::string::npos; at = text.find("TEST_CASE", at + 1)) ++count;
        return count;
    };
    for (const std::size_t share : {std::size_t{1}, std::size_t{10}}) {
        const Written all = write_all({tree.first, tree.second}, tree.include, share);
        CHECK(all.found == 41 + 7 + 1);
        CHECK(all.unborn == std::vector<std::string>{"first/layers/unknown (Telepathy)", "first/losses/unborn (Circle)"});
        CHECK(all.refused.size() == 4);
        CHECK(all.found == all.tested + all.left_out + all.unborn.size() + all.refused.size());
        CHECK(all.tested == (share == 1 ? 43 : 5 + 1));
        std::size_t count = 0;
        for (const auto& [name, text] : all.files) {
            CHECK(tests_in(text) <= 20);
            count += tests_in(text);
        }
        CHECK(count == all.tested);
        CHECK(all.files.size() == 4 + 1); // also those without a test: CMake has counted the folders
        CHECK_THAT(all.files.at("losses.Huber.1.cpp"), Catch::Contains("TEST_CASE(R\"case(first/losses/huber)case\")"));
    }
    CHECK_THAT(tree.all().files.at("layers.Dropout.1.cpp"),
               Catch::Contains("#include \"cases/layers.hpp\"") &&
                   Catch::Contains("#include <lamina/layers/regularization/dropout.hpp>"));
}

TEST_CASE("Every row is true: its header is there, its class has that name, and its options can be written")
{
    for (const Class& c : classes()) {
        INFO(c.kind << ' ' << c.keras);
        CHECK(fs::exists(fs::path(LAMINA_INCLUDE) / c.header));
        CHECK((c.says == c.keras || c.says == c.name)); // Softmax is an Activation
        if (c.kind == "layers")
            for (const auto& option : c.options) {
                INFO(option.name);
                CHECK(has_row(option.name));
            }
    }
}

TEST_CASE("The count fails for a case that does not run, and passes where all are of no class yet")
{
    const Tree tree;
    const auto passes = [&](int found, int left_out, const std::string& programs, const std::string& unborn) {
        Tree::write(tree.path / "found.cmake", "set(folders here)\nset(share 1)\nset(found " + std::to_string(found) +
                                                   ")\nset(left_out " + std::to_string(left_out) + ")\nset(unborn \"" + unborn +
                                                   "\")\nset(refused \"\")\n");
        Tree::write(tree.path / "programs.cmake", "set(programs \"" + programs + "\")\n");
        const std::string command = std::string(LAMINA_CMAKE) + " -DFOUND=" + (tree.path / "found.cmake").string() +
                                    " -DPROGRAMS=" + (tree.path / "programs.cmake").string() + " -P " LAMINA_COUNT " >" +
                                    (tree.path / "log").string() + " 2>&1";
        return std::system(command.c_str()) == 0;
    };
    CHECK(passes(2, 0, "", "a (A);b (B)"));
    CHECK(passes(3, 1, "", "a (A);b (B)"));
    CHECK_FALSE(passes(3, 0, "", "a (A);b (B)"));
    CHECK_FALSE(passes(2, 0, (tree.path / "nothing").string(), "a (A)"));
    CHECK_FALSE(passes(0, 0, "", ""));
}
