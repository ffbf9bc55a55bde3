// Models of files of PyTorch: arrays by name, by order and by given names; written and read again; what does not fit, and the C++ of a file.
#include "catch.hpp"

#include <lamina/inspect.hpp>
#include <lamina/lamina.hpp>
#include <lamina/pytorch.hpp>

#include "interop/exchange/torch_models.hpp"

#include <filesystem>

using namespace lamina;

namespace {

struct File {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "lamina_pytorch_load.pt";
    ~File() { std::filesystem::remove(path); }
};

struct Net {
    Conv2D<2, Kernel<2>>::on<3, 3, 1> conv1;
    Flatten::on<2, 2, 2> flat;
    Dense<2>::on<8> fc1;
    auto operator()(const auto& x) const { return fc1(flat(conv1(x))); }
};

std::string what_is_said(const auto& call)
{
    try {
        call();
    }
    catch (const error& e) {
        const std::string text = e.what();
        return text.substr(text.find("lamina_pytorch_load.pt")); // without the folder
    }
    return "";
}

} // namespace

TEST_CASE("pytorch: what is written is read again to the bit")
{
    const File file;
    const auto check = [&]<class Model>(std::type_identity<Model>, bool chain) {
        const auto model = build<Model>(Seed{3});
        Model a, b;
        pytorch::save_state_dict(model, file.path);
        const LoadReport by_name = pytorch::load(a, file.path);
        CHECK(by_name.complete());
        CHECK(by_name.matched == "by name");
        CHECK(diff(model, a).same());
        if (!chain) return;
        pytorch::save(model, file.path);
        CHECK(pytorch::load(b, file.path).complete());
        CHECK(diff(model, b).same());
    };
    check(std::type_identity<exchange::Mobile>{}, true);
    check(std::type_identity<exchange::Reads>{}, false);
}

TEST_CASE("pytorch: arrays are found by the names that are given")
{
    const File file;
    const auto model = build<Net>(Seed{1});
    pytorch::save_state_dict(model, file.path, {{"conv1/kernel", "first.weight"}, {"conv1.bias", "first.bias"}});
    CHECK(pytorch::read(file.path).tensors[0].name == "first.weight");
    Net again;
    const LoadReport report =
        pytorch::load(again, file.path, {.names = {{"conv1/kernel", "first.weight"}, {"conv1/bias", "first.bias"}}});
    CHECK(report.matched == "by name");
    CHECK(diff(model, again).same());
    CHECK(pytorch::load(again, file.path).matched == "by order");
}

TEST_CASE("pytorch: what does not fit is told, and nothing is loaded")
{
    const File file;
    using Small = Sequential<Input<8, 8, 1>, Conv2D<6, Kernel<3>, Same>, Flatten, Dense<2>>;
    using Large = Sequential<Input<8, 8, 1>, Conv2D<6, Kernel<5>, Same>, Flatten, Dense<2>>;
    pytorch::save_state_dict(build<Small>(Seed{1}), file.path);
    Large model;
    CHECK(what_is_said([&] { pytorch::load(model, file.path); }) ==
          "lamina_pytorch_load.pt: 0.weight is [6, 1, 3, 3], the model's 0/kernel [5, 5, 1, 6] needs [6, 1, 5, 5]; was it saved "
          "from "
          "another model?");
    CHECK_FALSE(model.layer<0>().kernel.bound());
    const LoadReport report = pytorch::load(model, file.path, {.partial = true});
    CHECK(report.loaded.size() == 3);
    CHECK(report.different.size() == 1);
    CHECK_THROWS_WITH(pytorch::save(Large{}, file.path), Catch::Contains("\"0/kernel\" is bound to no stored variable"));
}

TEST_CASE("pytorch: models that no nn.Sequential is like are refused with the reason")
{
    const File file;
    const auto says = [&]<class Model>(std::type_identity<Model>, const char* text) {
        const auto model = build<Model>(Seed{1});
        CHECK_THROWS_WITH(pytorch::save(model, file.path), text);
        CHECK_FALSE(std::filesystem::exists(file.path));
    };
    says(std::type_identity<Sequential<Input<6, 6, 1>, Conv2D<2>, AveragePooling2D<3, Strides<2>, Same>>>{},
         "pytorch::save: layer 2 \"average_pooling2d\" pads unevenly with Same, which PyTorch cannot; use Valid "
         "or a "
         "window that divides the image");
    says(std::type_identity<Sequential<Input<5, 2>, LSTM<3>>>{}, "pytorch::save: layer 1 \"lstm\" gives a tuple in PyTorch, "
                                                                 "which nn.Sequential hands on as it is; use save_state_dict");
    says(std::type_identity<Sequential<Input<3>, Residual<Dense<3>>>>{},
         "pytorch::save: the model is no chain of layers, which nn.Sequential is (\"add\" reads something else than the layer "
         "before it); "
         "use save_state_dict");
    says(std::type_identity<Sequential<Input<4>, Dense<3, SparsePlus>>>{},
         "pytorch::save: layer 1 \"dense\" has the activation sparse_plus, which torch.nn has no module for");
    says(std::type_identity<Sequential<Input<4, 4, 2>, Conv2D<2>, Flatten, BatchNormalization<>, Dense<2>>>{},
         "pytorch::save: layer 3 \"batch_normalization\" reads what a Flatten made of [2, 2, 2], which "
         "PyTorch has in "
         "another order, channels first; put a Dense behind the Flatten");
    CHECK_THROWS_WITH(pytorch::save_state_dict(build<Sequential<Input<5, 2>, GRU<3, ResetBefore>>>(Seed{1}), file.path),
                      Catch::Contains("resets before the product, which PyTorch's GRU does not"));
}

TEST_CASE("pytorch: the C++ of an nn.Sequential")
{
    const File file;
    pytorch::save(build<exchange::LeNet5>(Seed{1}), file.path);
    CHECK(pytorch::to_type(file.path, "LeNet5") == "using LeNet5 = Sequential<Input<28, 28, 1>,\n"
                                                   "    Conv2D<6, Kernel<5>, Same, Tanh>,\n"
                                                   "    AveragePooling2D<2>,\n"
                                                   "    Conv2D<16, Kernel<5>, Tanh>,\n"
                                                   "    AveragePooling2D<2>,\n"
                                                   "    Conv2D<120, Kernel<5>, Tanh>,\n"
                                                   "    Flatten,\n"
                                                   "    Dense<84, Tanh>,\n"
                                                   "    Dense<10, Softmax>>;\n");
    using Padded = Sequential<Input<7, 7, 2>, MaxPooling2D<2, Same>, Conv2D<3, Strides<2>, Same>, GlobalAveragePooling2D<>>;
    pytorch::save(build<Padded>(Seed{1}), file.path);
    CHECK(pytorch::to_type(file.path, "Padded", {7, 7, 2}) == "using Padded = Sequential<Input<7, 7, 2>,\n"
                                                              "    /* PyTorch's ConstantPad2d */ ConstantPad2d,\n"
                                                              "    MaxPooling2D<2>,\n"
                                                              "    ZeroPadding2D<Border{{0, 1}, {0, 1}}>,\n"
                                                              "    Conv2D<3, Kernel<3>, Strides<2>>,\n"
                                                              "    GlobalAveragePooling2D<>>;\n"
                                                              "// To be written: 0 ConstantPad2d\n");
    pytorch::save_state_dict(build<Padded>(Seed{1}), file.path);
    CHECK_THROWS_WITH(
        pytorch::to_type(file.path),
        Catch::Contains("holds a state_dict, arrays without layers; save the whole module, torch.save(model, path)"));
}

TEST_CASE("pytorch: a checkpoint's optimizer goes on where it stopped")
{
    const auto file = std::filesystem::path(LAMINA_SHARED) / "reference" / "lenet5" / "lenet5-checkpoint.pt";
    if (!std::filesystem::exists(file)) {
        WARN("skipped: there is no " << file.string());
        return;
    }
    auto model = build<exchange::LeNet5>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 0.5f}, SparseCategoricalCrossentropy{});
    CHECK(pytorch::load(model, trainer.optimizer(), file).complete());
    const auto& state = trainer.optimizer().state;
    CHECK(state.step == 5625);
    CHECK(trainer.optimizer().learning_rate(0) == 0.001f);
    REQUIRE(state.slot_records.size() == 20);
    CHECK(state.slot_records[0]->name.starts_with("momentum/"));
    const auto arrays = pytorch::read(file, {.part = "optimizer"});
    std::size_t compared = 0;
    for (const auto& array : arrays.tensors) // those of biases lie as they are
        for (std::size_t i = 1; i < 10; i += 2)
            if (array.name == "state." + std::to_string(i) + ".exp_avg_sq") {
                const auto numbers = array.as<float>();
                CHECK(std::equal(numbers.begin(), numbers.end(), state.slot_records[2 * i + 1]->data<float>()));
                ++compared;
            }
    CHECK(compared == 5);
    for (const auto& array : arrays.tensors) // [10, 84] of the last layer is [84, 10] here
        if (array.name == "state.8.exp_avg") {
            const auto numbers = array.as<float>();
            const VariableView mine(state.slot_records[16]);
            CHECK(mine.view<float>()(83, 2) == numbers[2 * 84 + 83]);
        }
    SGD other{.momentum = 0.9f};
    CHECK_THROWS_WITH(
        pytorch::load(model, other, file),
        Catch::Contains("the optimizer's state of 0.weight has no momentum of sgd of shape [6, 1, 5, 5]; was it saved from "
                        "another optimizer?"));
    CHECK_THROWS_WITH(pytorch::load(model, other, file, {.part = "module"}), Catch::Contains("has no part \"module\""));
}
