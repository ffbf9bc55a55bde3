// pytorch::describe: a state_dict, a module, a checkpoint, and what would run something.
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/formats/zip_writer.hpp>
#include <lamina/interop/pytorch/describe.hpp>
#include <lamina/interop/pytorch/writer.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

const std::filesystem::path files = std::filesystem::path(__FILE__).parent_path() / "files";

std::string described(const pickle::Made& value)
{
    const Temporary folder("describe");
    zipped::Writer archive(folder.path / "x.pt");
    archive.add("a/data.pkl", pickle::file_of(value));
    archive.write();
    return pytorch::describe(folder.path / "x.pt");
}

} // namespace

TEST_CASE("pytorch::describe tells of arrays", "[interop][pytorch]")
{
    const Temporary folder("describe");
    pytorch::write_state_dict(folder.path / "a.pt", {{"0.weight", xt::xtensor<float, 2>{{1, 2, 3}}}, {"0.\x1b[31m", 2.5}});
    CHECK(pytorch::describe(folder.path / "a.pt") == R"(a state_dict of 2 arrays
┌──────────┬─────────┬────────┬─────────┐
│ Array    │ Type    │ Shape  │ Numbers │
├──────────┼─────────┼────────┼─────────┤
│ 0.weight │ float32 │ [1, 3] │       3 │
│ 0.?[31m  │ float64 │ []     │       1 │
└──────────┴─────────┴────────┴─────────┘
 Total numbers: 4
)");
}

TEST_CASE("pytorch::describe tells of modules", "[interop][pytorch]")
{
    const auto text = pytorch::describe(files / "module.pt");
    CHECK(says(text, "a module, torch.nn.modules.container Sequential\n"));
    CHECK(says(text, "│ 0 (Conv2d)      │ weight [3, 2, 2, 2] "));
    CHECK(says(text, "│      24 │ in_channels=2, out_channels=3, kernel_size=(2, 2) │\n"));
    CHECK(says(text,
               "│ 1 (BatchNorm2d) │ weight [3], bias [3], running_mean [3], running_var [3], num_batches_tracked [] │       6 │ "
               "num_features=3, eps=1e-05, momentum=0.1"));
    CHECK(says(text, "│ 2.1 (Linear)    │ weight [2, 3], bias [2] "));
    CHECK(says(text, "│ 3 (Softmax)     │ "));
    CHECK(says(text, " Total params: 38\n Numbers in buffers: 7\n"));
    CHECK(pytorch::describe(files / "module_old.pt") == text);
}

TEST_CASE("pytorch::describe tells of checkpoints, and of what it does not know", "[interop][pytorch]")
{
    const auto whole = pytorch::describe(files / "checkpoint.pt");
    CHECK(says(whole, "a dictionary of 4 things\n\n\"model\": a state_dict of 2 arrays\n"));
    CHECK(says(
        whole,
        "\n\"optimizer\": an optimizer's state: lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0; 6 arrays, at step 1\n"));
    CHECK(says(whole, "\n\"epoch\": 3\n\n\"device\": an object of torch device, made of (\"cpu\",)\n"));

    CHECK(described(pickle::none()) == "None\n");
    CHECK(described(pickle::list({pickle::integer(1), pickle::real(2.5), pickle::boolean(true), pickle::text("a\nb"),
                                  pickle::list({pickle::sizes({1, 2})})})) == "[1, 2.5, True, \"a?b\", [a tuple of 2 things]]\n");
    CHECK(described(pickle::call(pickle::global("posix", "system"), {pickle::text("touch never")})) ==
          "an object of posix system, made of (\"touch never\",)\n");
    CHECK(described(pickle::dictionary({{"a", pickle::global("a", "B")}, {"b", pickle::dictionary({})}})) ==
          "a dictionary of 2 things\n\n\"a\": a B\n\n\"b\": a state_dict of 0 arrays\n" +
              boxed({{"Array", "Type", "Shape", "Numbers", ""}}, "lllr") + " Total numbers: 0\n");
    CHECK(!std::filesystem::exists("never"));
}
