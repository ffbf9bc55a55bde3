// Layers over rows of numbers, wherever a layer may stand; those that adapt, saved and loaded by another program.
#include "layers/everywhere.hpp"

#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/core/identity.hpp>
#include <lamina/layers/core/prelu.hpp>
#include <lamina/layers/core/relu.hpp>
#include <lamina/layers/normalization/layer_normalization.hpp>
#include <lamina/layers/normalization/rms_normalization.hpp>
#include <lamina/layers/normalization/unit_normalization.hpp>
#include <lamina/layers/preprocessing/category_encoding.hpp>
#include <lamina/layers/preprocessing/discretization.hpp>
#include <lamina/layers/preprocessing/normalization.hpp>
#include <lamina/layers/preprocessing/rescaling.hpp>
#include <lamina/layers/regularization/activity_regularization.hpp>
#include <lamina/layers/regularization/alpha_dropout.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/regularization/gaussian_dropout.hpp>
#include <lamina/layers/regularization/gaussian_noise.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/repeat_vector.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

using namespace everywhere;

namespace {

struct OverRows {
    using input = Input<4>;
    using rows = std::tuple<Row<Dense<4, Tanh>>, Row<Activation<Silu>>, Row<ReLU<>>, Row<LeakyReLU<>>, Row<ELU<>>, Row<PReLU<>>,
                            Row<Identity>, Row<Flatten>, Row<Reshape<2, 2>, Flatten>, Row<RepeatVector<2>, Flatten, Dense<4>>,
                            Row<Dropout<0.3>>, Row<GaussianNoise<0.1>>, Row<GaussianDropout<0.3>>, Row<AlphaDropout<0.3>>,
                            Row<ActivityRegularization<0.1, 0.2>>, Row<LayerNormalization<>>, Row<RMSNormalization<>>,
                            Row<UnitNormalization<>>, Row<Normalization<>>, Row<Rescaling<0.5, 1>>, Row<Discretization<0>>,
                            Row<Discretization<NumBins{3}>>, Row<Whole<Embedding<3, 2>>, Flatten, Dense<4>>,
                            Row<Whole<CategoryEncoding<3>>, Dense<4>>>;
};

using Adapted = Sequential<Input<2>, Normalization<>, Discretization<NumBins{5}>>;

xt::xtensor<float, 2> data_to_adapt()
{
    auto data = xt::xtensor<float, 2>::from_shape({50, 2});
    for (std::size_t i = 0; i < data.size(); ++i) data.flat(i) = static_cast<float>(std::sin(0.7 * static_cast<double>(i)));
    return data;
}
void write_outputs(const Adapted& model, const std::filesystem::path& path)
{
    const auto y = predict(model, data_to_adapt());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(y.data()), static_cast<std::streamsize>(y.size() * sizeof(float)));
}
std::string bytes_of(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

constexpr const char* place_of_files = "LAMINA_TEST_OF_ADAPTED";

} // namespace

TEST_CASE("Layers over rows are right wherever they stand", "[layers][everywhere]") { check<Table<OverRows>>(); }

TEST_CASE("What a layer has seen of data is there in another program", "[layers][everywhere]")
{
    const Temporary folder("adapted");
    auto model = build<Adapted>(Seed{});
    model.layer<0>().adapt(data_to_adapt());
    model.layer<1>().adapt(std::vector<float>{-1, -0.5f, 0, 0.25f, 0.5f, 1, 1.5f});
    save(model, folder.path / "model.safetensors");
    write_outputs(model, folder.path / "here");
    const pid_t child = fork();
    if (child == 0) {
        setenv(place_of_files, folder.path.c_str(), 1);
        execl("/proc/self/exe", "adapted", "[adapted_elsewhere]", static_cast<char*>(nullptr));
        _exit(1);
    }
    int ended = 1;
    waitpid(child, &ended, 0);
    REQUIRE(ended == 0);
    CHECK(bytes_of(folder.path / "here").size() == 400);
    CHECK(bytes_of(folder.path / "elsewhere") == bytes_of(folder.path / "here"));
}

TEST_CASE("The other program", "[.][adapted_elsewhere]")
{
    const std::filesystem::path folder = std::getenv(place_of_files);
    write_outputs(load<Adapted>(folder / "model.safetensors"), folder / "elsewhere");
    SUCCEED();
}
