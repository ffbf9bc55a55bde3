// Files for PyTorch, and what PyTorch made of them: torch write FOLDER, torch check FOLDER. tools/exchange/ask_torch.py runs in between.
#include "interop/exchange/torch_models.hpp"

#include <lamina/numpy.hpp>
#include <lamina/pytorch.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

using namespace lamina;

namespace {

std::string folder;
int problems = 0;

void require(bool holds, const std::string& what)
{
    if (holds) return;
    std::cout << what << '\n';
    ++problems;
}

template <class Model>
inline constexpr Shape input_of = [] {
    if constexpr (requires { typename Model::input; }) return Model::input::value;
    else return Model::input;
}();

template <class Model> void write(const std::string& name, bool chain)
{
    const std::string path = folder + '/' + name;
    std::filesystem::create_directories(path);
    auto model = build<Model>(Seed{7});
    Random random(Seed{11});
    for (auto& [variable, view] : state(model)) // statistics and biases that are not all zero or one
        for (float& number : view.template view<float>())
            number += static_cast<float>(variable.ends_with("variance") ? random.uniform(0, 1) : random.uniform(-0.2, 0.2));
    std::array<std::size_t, input_of<Model>.rank + 1> extents{5};
    const Shape in = input_of<Model>;
    std::copy_n(in.extents, in.rank, extents.begin() + 1);
    xt::xtensor<float, input_of<Model>.rank + 1> x(extents);
    for (float& number : x)
        number = static_cast<float>(name == "words" ? std::floor(random.uniform(0, 20)) : random.uniform(-1, 1));
    npy::write(path + "/input.npy", x);
    npy::write(path + "/output.npy", predict(model, x));
    if (chain) pytorch::save(model, path + "/module.pt");
    pytorch::save_state_dict(model, path + "/state.pt");
    save(model, path + "/model.safetensors");
}

/// PyTorch loaded both files and saved them again: the numbers have the same bits.
template <class Model> void check(const std::string& name, bool chain)
{
    const std::string path = folder + '/' + name;
    const auto model = load<Model>(path + "/model.safetensors");
    for (const std::string file : {"module_again.pt", "module_state.pt", "state_again.pt"}) {
        if (!chain && file.starts_with("module")) continue;
        Model again;
        const LoadReport report = pytorch::load(again, path + '/' + file);
        require(report.complete(), name + ": " + file + " is not complete");
        for (std::size_t i = 0; i < state(model).size(); ++i) {
            const auto a = state(model)[i].variable.template view<float>(), b = state(again)[i].variable.template view<float>();
            bool same = true;
            auto other = b.begin();
            for (const float number : a) {
                same = same && std::memcmp(&number, &*other, sizeof number) == 0;
                ++other;
            }
            require(same, name + ": " + state(model)[i].name + " of " + file + " has other bits");
        }
    }
    std::cout << name << ": the same numbers out of PyTorch's files\n";
}

template <class Model> void one(bool writes, const std::string& name, bool chain = true)
{
    writes ? write<Model>(name, chain) : check<Model>(name, chain);
}

} // namespace

int main(int count, char** given)
{
    if (count != 3) return std::cerr << "usage: torch write|check FOLDER\n", 2;
    folder = given[2];
    const bool writes = std::strcmp(given[1], "write") == 0;
    one<exchange::LeNet5>(writes, "lenet5");
    one<exchange::Padded>(writes, "padded");
    one<exchange::Steps>(writes, "steps");
    one<exchange::Mobile>(writes, "mobile");
    one<exchange::Upwards>(writes, "upwards");
    one<exchange::Words>(writes, "words");
    one<exchange::Turned>(writes, "turned");
    one<exchange::Activations>(writes, "activations");
    one<exchange::Reads>(writes, "reads", false);
    return problems != 0;
}
