// Saving and loading: to the bit, all or nothing, and every mismatch in one error.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"
#include "graph/safetensors_bytes.hpp"

#include <lamina/core/random.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> struct Affine {
    Variable<T, Shape{3, 5}> kernel;
    Variable<T, Shape{5}> bias;
};

template <class T> struct Filters {
    Variable<T, Shape{3, 3, 2, 7}> kernel;
    Variable<T, Shape{1, 1, 2, 17}> pixel;
};

template <class T> struct Network {
    Filters<T> stem;
    std::array<Affine<T>, 2> body;
    std::map<std::string, Affine<T>> heads;
    Variable<double, Shape{}> scale; // of its own type, and a single number
};

template <class T> Network<T> unbound()
{
    Network<T> model;
    model.heads["left"];
    model.heads["right"];
    return model;
}

template <class Model> void bind(Model& model)
{
    for_each_named_variable(model, [](const std::string& path, auto& variable) { variable.make(path); });
}

/// Random bits, all of them: infinities, denormals and NaNs with any payload must survive as well.
template <class Model> void fill(Model& model, Seed seed)
{
    Random random(seed);
    for_each_variable(model, [&](auto& variable) {
        using T = typename std::remove_cvref_t<decltype(variable)>::value_type;
        using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        variable.storage()->template for_each<T>([&](T& element) {
            bits drawn = random.bits();
            if constexpr (sizeof(T) == 8) drawn = drawn << 32 | random.bits();
            std::memcpy(&element, &drawn, sizeof drawn);
        });
    });
}

/// All bytes of all variables, padding included.
template <class Model> std::string bytes_of_all(Model& model)
{
    std::string all;
    for_each_variable(model, [&](auto& variable) {
        if (variable.bound())
            all.append(reinterpret_cast<const char*>(variable.data()),
                       variable.storage()->stored_size() * sizeof *variable.data());
        all += '|';
    });
    return all;
}

} // namespace

TEMPLATE_TEST_CASE("a model comes back to the bit", "[graph][save]", float, double)
{
    const Temporary folder("save");
    const auto path = folder.path / "m.safetensors";
    auto model = unbound<TestType>();
    bind(model);
    fill(model, Seed{3});
    save(model, path);

    auto again = unbound<TestType>();
    load(again, path);
    CHECK(bytes_of_all(again) == bytes_of_all(model));
    CHECK(again.body[1].kernel.storage()->name == "body/1/kernel");
    CHECK(again.body[1].kernel.storage() != model.body[1].kernel.storage());

    auto filters = std::move(model.stem);
    save(filters, path);
    CHECK(names_in(folder.path) == std::set<std::string>{"m.safetensors"});
    auto loaded = load<Filters<TestType>>(path);
    CHECK(bytes_of_all(loaded) == bytes_of_all(filters));
}

TEST_CASE("a Sequential, a struct of them and one block come back to the bit", "[graph][save]")
{
    using Convolutional = Sequential<Input<5, 5, 2>, Conv2D<3, Kernel<3>, Name<"stem">>, Flatten, Dense<4, NoBias>>;
    struct Mixed {
        Convolutional body;
        Dense<3>::on<4> head;
    };
    const Temporary folder("save-layers");
    const auto path = folder.path / "m";
    const auto back = [&]<class Model>(Model model) {
        save(model, path);
        auto again = load<Model>(path);
        CHECK(bytes_of_all(again) == bytes_of_all(model));
        std::set<std::string> names;
        for (const auto& tensor : safetensors::read(path).tensors) names.insert(tensor.name);
        return names;
    };
    CHECK(back(build<Convolutional>(Seed{1})) == std::set<std::string>{"stem/kernel", "stem/bias", "2/kernel"});
    CHECK(back(build<Convolutional::as<double>>(Seed{1})).size() == 3);
    CHECK(back(build<Mixed>(Seed{2})) ==
          std::set<std::string>{"body/stem/kernel", "body/stem/bias", "body/2/kernel", "head/kernel", "head/bias"});
    CHECK(back(build<Dense<3>::on<4>>(Seed{3})) == std::set<std::string>{"kernel", "bias"});

    save(build<Convolutional>(Seed{1}), path);
    CHECK(says(refusal_of([&] { load<Convolutional::as<double>>(path); }),
               "\"2/kernel\" is float32 [27, 4], the model needs float64 [27, 4]"));
}

TEST_CASE("names, shapes and order in the file are the logical ones", "[graph][save]")
{
    const Temporary folder("save-order");
    auto model = unbound<float>();
    bind(model);
    float value = 0;
    for_each_variable(model, [&](auto& variable) {
        using T = typename std::remove_cvref_t<decltype(variable)>::value_type;
        variable.storage()->template for_each<T>([&](T& element) { element = static_cast<T>(value++); });
    });
    save(model, folder.path / "m");
    const auto bytes = read_file(folder.path / "m");
    const auto count_from = [](float first, std::size_t n) {
        std::vector<float> numbers(n);
        for (auto& number : numbers) number = first++;
        return numbers;
    };
    CHECK(numbers_of<float>(bytes, "stem/kernel", "3,3,2,7") == count_from(0, 126));
    CHECK(numbers_of<float>(bytes, "stem/pixel", "1,1,2,17") == count_from(126, 34));
    CHECK(numbers_of<float>(bytes, "body/0/kernel", "3,5") == count_from(160, 15));
    CHECK(numbers_of<float>(bytes, "body/0/bias", "5") == count_from(175, 5));
    CHECK(numbers_of<float>(bytes, "body/1/bias", "5") == count_from(195, 5));
    CHECK(numbers_of<float>(bytes, "heads/left/kernel", "3,5") == count_from(200, 15));
    CHECK(numbers_of<float>(bytes, "heads/right/bias", "5") == count_from(235, 5));
    CHECK(numbers_of<double>(bytes, "scale", "") == std::vector<double>{240});
    const auto metadata = safetensors::read(folder.path / "m").metadata;
    REQUIRE(metadata.size() == 2);
    CHECK(*find(metadata, "format") == "lamina");
    CHECK(*find(metadata, "version") == "1");
}

TEST_CASE("one variable is a model, under no name", "[graph][save]")
{
    const Temporary folder("save-one");
    Variable<float, Shape{2}> one;
    one.make("");
    one.data()[1] = 7;
    save(one, folder.path / "m");
    CHECK(load<Variable<float, Shape{2}>>(folder.path / "m").data()[1] == 7);
}

TEST_CASE("loading into a bound model keeps its records and those who share them", "[graph][save]")
{
    const Temporary folder("save-shared");
    Affine<float> saved, model, other;
    bind(saved);
    fill(saved, Seed{5});
    save(saved, folder.path / "m");
    bind(model);
    other.kernel.bind(model.kernel.storage());
    const float* const place = model.kernel.data();
    model.bias = {}; // half bound
    load(model, folder.path / "m");
    CHECK(model.kernel.data() == place);
    CHECK(bytes_of_all(model) == bytes_of_all(saved));
    CHECK(std::memcmp(other.kernel.data(), saved.kernel.data(), 3 * 16 * sizeof(float)) == 0);

    model.kernel.storage()->release(); // as the end of its graph does
    CHECK_FALSE(model.kernel.bound());
    load(model, folder.path / "m");
    CHECK(bytes_of_all(model) == bytes_of_all(saved));
    CHECK_FALSE(other.kernel.bound());
}

TEST_CASE("two variables of one record are saved twice, and have to be equal when they are loaded", "[graph][save]")
{
    const Temporary folder("save-twice");
    struct Pair {
        Affine<float> first, second;
    };
    Pair shared, apart;
    bind(shared.first);
    for_each_variable(shared.first, [](auto& variable) { variable.storage()->name = "own"; });
    fill(shared.first, Seed{6});
    shared.second.kernel.bind(shared.first.kernel.storage());
    shared.second.bias.bind(shared.first.bias.storage());
    save(shared, folder.path / "shared");
    load(apart, folder.path / "shared");
    CHECK(apart.first.kernel.storage() != apart.second.kernel.storage());
    CHECK(bytes_of_all(apart) == bytes_of_all(shared));
    load(shared, folder.path / "shared");

    fill(apart, Seed{7});
    save(apart, folder.path / "apart");
    const auto before = bytes_of_all(shared);
    const auto why = refusal_of([&] { load(shared, folder.path / "apart"); });
    CHECK(says(why, "\"first/kernel\" and \"second/kernel\" are one variable in the model and differ in the file"));
    CHECK(bytes_of_all(shared) == before);
}

TEST_CASE("every mismatch is listed at once and nothing has changed", "[graph][save]")
{
    struct Saved {
        Affine<float> encoder;
        Variable<float, Shape{4}> gamma;
        Variable<double, Shape{5}> scale;
        Variable<float, Shape{2}> extra;
        Variable<float, Shape{6}> reshaped;
    };
    struct Wanted {
        Affine<float> encoder;
        Variable<float, Shape{4}> gama;
        Variable<float, Shape{5}> scale;
        Variable<float, Shape{7, 2}> kernel;
        Variable<float, Shape{2, 3}> reshaped;
    };
    const Temporary folder("save-mismatch");
    const auto path = folder.path / "lenet5.safetensors";
    Saved saved;
    bind(saved);
    fill(saved, Seed{8});
    save(saved, path);

    const std::string expected = path.string() + ": \"gama\" is missing (the nearest is \"gamma\"); "
                                                 "\"scale\" is float64 [5], the model needs float32 [5]; "
                                                 "\"kernel\" is missing; "
                                                 "\"reshaped\" is float32 [6], the model needs float32 [2, 3]; "
                                                 "\"gamma\" is no variable of the model; \"extra\" is no variable of the model; "
                                                 "was it saved from another model?";
    CHECK(refusal_of([&] { load<Wanted>(path); }) == expected);

    Wanted bound;
    bind(bound);
    fill(bound, Seed{9});
    const auto before = bytes_of_all(bound);
    CHECK(refusal_of([&] { load(bound, path); }) == expected);
    CHECK(bytes_of_all(bound) == before);

    Wanted nothing;
    CHECK(refusal_of([&] { load(nothing, path); }) == expected);
    for_each_variable(nothing, [](auto& variable) { CHECK(variable.storage() == nullptr); });
}

TEST_CASE("types of other writers and newer versions are refused by name", "[graph][save]")
{
    const Temporary folder("save-types");
    using One = Variable<float, Shape{2}>;
    const auto why = [&](std::string_view header, std::size_t bytes) {
        const auto path = folder.write("m", file_of(header, bytes));
        return refusal_of([&] { load<One>(path); });
    };
    CHECK(why(R"({"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8).empty());
    CHECK(why(R"({"__metadata__":{"version":"2"},"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8).empty());
    CHECK(
        says(why(R"({"__metadata__":{"format":"lamina","version":"2"},"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8),
             "version \"2\""));
    CHECK(says(why(R"({"":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", 4),
               "\"\" is bfloat16 [2], the model needs float32 [2]"));
    CHECK(says(why(R"({"":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}})", 8), "is int32 [2], the model needs float32 [2]"));
    CHECK(says(why(R"({"":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4), "is float32 [], the model needs float32 [2]"));
    CHECK(
        says(why(R"({"":{"dtype":"F32","shape":[2,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}})", 8), "the model needs float32 [2]"));
    CHECK(says(why("{}", 0), "\"\" is missing; was it"));
    CHECK(says(why(R"({"a\nb":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", 0), "\"a\\u000ab\" is no variable"));
    CHECK(says(why("{", 0), "the header lacks a '\"'"));
    CHECK(says(refusal_of([&] { load<One>(folder.path / "none"); }), "none: cannot be opened (No such file or directory)"));
    CHECK(says(refusal_of([&] { load<One>(folder.path); }), "is a folder, a file was needed"));
}

TEST_CASE("an unbound variable is not saved, and named", "[graph][save]")
{
    const Temporary folder("save-unbound");
    auto model = unbound<float>();
    bind(model);
    model.body[1].bias = {};
    CHECK(says(refusal_of([&] { save(model, folder.path / "m"); }), "\"body/1/bias\" is unbound"));
    CHECK(names_in(folder.path).empty());
}

TEST_CASE("where a save fails the old file stays and no other is left", "[graph][save]")
{
    const Temporary folder("save-fails");
    const auto path = folder.path / "m";
    Affine<float> model;
    bind(model);
    save(model, path);
    const auto old = read_file(path);
    fill(model, Seed{1});

    std::string why;
    {
        const FullDisk full(200);
        why = refusal_of([&] { save(model, path); });
    }
    CHECK(says(why, "cannot be written (File too large); what was there before is unchanged"));
    std::filesystem::permissions(path, std::filesystem::perms(0666));
    {
        const LockedFolder locked(folder.path);
        why = refusal_of([&] { save(model, path); });
    }
    CHECK(says(why, "cannot be created (Permission denied)"));
    CHECK(says(refusal_of([&] { save(model, ""); }), "the name of the file is empty"));
    CHECK(says(refusal_of([&] { save(model, folder.path / "missing" / "m"); }), "cannot be created (No such file or directory)"));
    CHECK(read_file(path) == old);
    CHECK(names_in(folder.path) == std::set<std::string>{"m"});

    std::filesystem::create_directory(folder.path / "folder");
    CHECK(says(refusal_of([&] { save(model, folder.path / "folder"); }), "is a folder, a file was needed"));
    CHECK(names_in(folder.path) == std::set<std::string>{"folder", "m"});
}

TEST_CASE("the nearest is the one with the fewest changes", "[graph][save]")
{
    CHECK(lamina::internals::edit_distance("", "") == 0);
    CHECK(lamina::internals::edit_distance("", "abc") == 3);
    CHECK(lamina::internals::edit_distance("abc", "") == 3);
    CHECK(lamina::internals::edit_distance("kitten", "sitting") == 3);
    CHECK(lamina::internals::edit_distance("0/kernel", "1/kernel") == 1);
    CHECK(lamina::internals::nearest("stem/kernel", {"stem/bias", "stem/kernal", "head/kernel"}) == "stem/kernal");
    CHECK(lamina::internals::nearest("0/kernel", {"0/bias", "encoder/0/kernel"}) == "encoder/0/kernel");
    CHECK(lamina::internals::nearest("gamma", {"kernel", "bias"}).empty());
    CHECK(lamina::internals::nearest("a", {}).empty());
    const std::string endless(1'000'000, 'a'); // not even looked at
    CHECK(lamina::internals::nearest("a", {endless}).empty());
}
