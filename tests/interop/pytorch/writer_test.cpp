// pytorch, written: state_dicts and modules are read again, are the same bytes each time, and have what torch.load needs of a module.
#include <lamina/pytorch.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("pytorch: a state_dict of all types is read again", "[interop][pytorch]")
{
    const Temporary folder("pytorch_writer");
    NamedArrays arrays{{"single", 2.5}, {"empty", xt::xtensor<float, 2>(std::array<std::size_t, 2>{0, 3})}};
    const std::string bytes(48, '\1');
    for (const dtype type : {dtype::float32, dtype::float64, dtype::float16, dtype::bfloat16, dtype::int8, dtype::uint8,
                             dtype::int16, dtype::int32, dtype::int64, dtype::boolean})
        arrays.push_back({std::string(name_of(type)),
                          file_tensor{"", type, {2, 3}, std::string_view(bytes).substr(0, 6 * bytes_of(type)), {}}});
    pytorch::write_state_dict(folder.path / "a.pt", arrays);
    const auto read = pytorch::read(folder.path / "a.pt");
    REQUIRE(read.tensors.size() == arrays.size());
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        CHECK(read.tensors[i].name == arrays[i].name);
        CHECK(read.tensors[i].type == arrays[i].array.numbers.type);
        CHECK(read.tensors[i].shape == arrays[i].array.numbers.shape);
        CHECK(read.tensors[i].bytes == arrays[i].array.numbers.bytes);
    }
    pytorch::write_state_dict(folder.path / "b.pt", arrays);
    CHECK(read_file(folder.path / "a.pt") == read_file(folder.path / "b.pt"));

    // Storages lie at multiples of 64, where PyTorch maps them.
    const auto content = read_file(folder.path / "a.pt");
    CHECK(content.find(bytes.substr(0, 48)) % 64 == 0);

    const file_tensor wide{"w", dtype::uint32, {1}, "abcd", {}};
    CHECK(says(refusal_of([&] { pytorch::write_state_dict(folder.path / "c.pt", {{"w", wide}}); }),
               "c.pt: \"w\" holds uint32, which PyTorch has no storage of; save it as int32"));
    CHECK(says(refusal_of([&] { pytorch::write_state_dict(folder.path / "c.pt", {{"w", 1}, {"w", 2}}); }),
               "c.pt: two arrays would have the name \"w\"; rename one"));
    CHECK(!std::filesystem::exists(folder.path / "c.pt"));
}

TEST_CASE("pytorch: a module has what torch.load needs", "[interop][pytorch]")
{
    const Temporary folder("pytorch_writer");
    pytorch::Module model{"torch.nn.modules.container", "Sequential"};
    pytorch::Module linear{"torch.nn.modules.linear", "Linear", {{"weight", xt::xtensor<float, 2>{{1, 2}}}}, {"bias"}};
    linear.attributes = {{"in_features", pickle::integer(2)}, {"out_features", pickle::integer(1)}};
    pytorch::Module norm{
        "torch.nn.modules.batchnorm", "BatchNorm1d", {{"weight", std::vector<float>{3}}, {"bias", std::vector<float>{4}}}};
    norm.buffers = {{"running_mean", std::vector<float>{5}}, {"num_batches_tracked", std::int64_t{6}}};
    norm.attributes = {{"eps", pickle::real(1e-5)}};
    model.modules = {{"0", linear}, {"1", norm}};
    pytorch::write_module(folder.path / "a.pt", model);

    pytorch::File file(folder.path / "a.pt");
    const auto& values = file.values();
    REQUIRE(file.is_module(values.top()));
    CHECK(values.class_of(values.top()) == "torch.nn.modules.container Sequential");
    const auto tensors = file.tensors(file.model_part(""));
    REQUIRE(tensors.size() == 5);
    CHECK(tensors[0].name == "0.weight");
    CHECK(tensors[0].as<float>() == std::vector<float>{1, 2});
    CHECK(tensors[4].name == "1.num_batches_tracked");
    CHECK(tensors[4].as<std::int64_t>() == std::vector<std::int64_t>{6});
    const auto& modules = *values.attribute(values.top(), "_modules");
    const auto& first = *values.find(modules, "0");
    CHECK(values.find(*values.attribute(first, "_parameters"), "bias")->is == pickle::kind::none);
    CHECK(values.attribute(*values.find(modules, "1"), "eps")->real() == 1e-5);

    // The attributes of a module that PyTorch itself saved, in the same order.
    pytorch::File theirs(std::filesystem::path(__FILE__).parent_path() / "files" / "module.pt");
    const auto state_of = [](pytorch::File& of) { return of.keys(of.values()[of.values().top().state]); };
    CHECK(state_of(file) == state_of(theirs));
}
