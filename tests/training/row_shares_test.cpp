// Masked steps in training and evaluation: what Keras gives, for losses, weights and metrics, whatever chunks and threads.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/blocks/step_mask.hpp>
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;

namespace {

using Sequences = Sequential<Input<5>, Embedding<7, 3, MaskZero>, LSTM<2, ReturnSequences>>;
using Classes = Sequential<Input<5>, Embedding<7, 3, MaskZero>, LSTM<2, ReturnSequences>, Activation<Softmax>>;
/// The mask is made inside of a Sequential that is in a Sequential.
using Nested = Sequential<Input<5>, Sequential<Input<5>, Embedding<7, 3, MaskZero>, Dropout<0.2>>, LSTM<2, ReturnSequences>>;

struct SequencesOfStruct { // the same as Sequences
    Sequential<Input<5>, Embedding<7, 3, MaskZero>> words;
    LSTM<2, ReturnSequences>::on<5, 3> steps;
    auto operator()(const auto& x) const { return steps(words(x)); }
};

struct Two { // an output with a mask, and one without
    Embedding<7, 3, MaskZero>::on<5> words;
    LSTM<2, ReturnSequences>::on<5, 3> steps;
    LSTM<2>::on<5, 2> last;
    Dense<1>::on<2> head;
    auto operator()(const auto& x) const
    {
        const auto h = steps(words(x));
        return std::tuple{h, head(last(h))};
    }
};

/// Numbers, words and targets as the Python below draws them.
struct Drawn {
    std::size_t drawn = 0;
    float operator()() { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); }
};
auto words(int samples = 12)
{
    auto x = xt::xtensor<int, 2>::from_shape({std::size_t(samples), 5});
    for (int s = 0; s < samples; ++s)
        for (int t = 0; t < 5; ++t) x(s, t) = t < 1 + s % 5 ? (s * s + 3 * t * s + t) % 7 : 0; // of the first nothing is there
    return x;
}

/// A model with drawn numbers, the words, and what is drawn behind them.
template <class M> struct Problem {
    M model = build<M>(Seed{1});
    Drawn draw;
    xt::xtensor<int, 2> x = words(), labels = xt::xtensor<int, 2>::from_shape({12, 5});
    xt::xtensor<float, 3> y = xt::xtensor<float, 3>::from_shape({12, 5, 2});
    xt::xtensor<float, 2> z = xt::xtensor<float, 2>::from_shape({12, 1});
    std::vector<float> weights;

    Problem()
    {
        for (const auto& [name, variable] : state(model))
            variable.storage()->template for_each<float>([&](float& v) { v = draw(); });
        for (float& value : y) value = draw();
        for (float& value : z) value = draw();
        for (int s = 0; s < 12; ++s) {
            weights.push_back(0.5f + static_cast<float>(s % 4));
            for (int t = 0; t < 5; ++t) labels(s, t) = (s + t) % 2;
        }
    }
};

/// What evaluate gives before, the epoch's figures, the weights behind it, and what evaluate gives then.
struct Wanted {
    std::vector<double> before, during, after;
    std::vector<float> weights;
};

/// evaluate, then fit of one epoch in batches of 7, with the figures by their names.
template <class M, class Trainer, class Y>
void check(M& model, Trainer trainer, const xt::xtensor<int, 2>& x, const Y& y, const std::vector<float>& weights,
           const std::vector<std::string>& names, const Wanted& wanted)
{
    const auto near = [](double found, double value) { CHECK(found == Approx(value).margin(2e-6)); };
    const EvaluateOptions options{.sample_weight = weights};
    const auto figures_are = [&](const Logs& found, const std::vector<double>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) near(found[names[i]], values[i]);
    };
    figures_are(trainer.evaluate(x, y, options), wanted.before);
    const auto history = trainer.fit(x, y, {.batch_size = 7, .shuffle = false, .sample_weight = weights});
    figures_are(history.epochs.back(), wanted.during);
    std::size_t at = 0;
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>(
            [&](float& v) { near(static_cast<double>(v), static_cast<double>(wanted.weights.at(at++))); });
    CHECK(at == wanted.weights.size());
    figures_are(trainer.evaluate(x, y, options), wanted.after);
}

} // namespace

// keras 3.15.1 on TensorFlow 2.21, a model of the same layers, SGD(0.5): evaluate(x, y, batch_size=12), fit(x, y, epochs=1,
// batch_size=7, shuffle=False), evaluate. sample_weight is an array of [12, 1].
TEMPLATE_TEST_CASE("masked steps weigh nothing, and the others share their part, as in Keras", "[training][masks]", Sequences,
                   SequencesOfStruct)
{
    Problem<TestType> p;
    const auto trainer = [&] {
        return compile(p.model, SGD{.learning_rate = 0.5f}, MeanSquaredError{}, MeanAbsoluteError{},
                       WeightedMetric{MeanAbsoluteError{}});
    };
    const std::vector<std::string> names{"loss", "mean_absolute_error", "weighted_mean_absolute_error"};
    SECTION("without weights")
    {
        check(p.model, trainer(), p.x, p.y, {}, names,
              {{0.441216558, 0.560322762, 0.560322762},
               {0.43731162, 0.559770644, 0.559770644},
               {0.4321886, 0.557373762, 0.557373762},
               {-1.f,          0.63474828f,   0.26949653f,   -0.0883858949f, -0.456114709f, -0.813034534f, 0.805145741f,
                0.451655626f,  0.0752604604f, -0.287265539f, -0.652517259f,  0.982231021f,  0.617971301f,  0.252762139f,
                -0.106201559f, -0.475506842f, -0.846705377f, 0.79037714f,    0.429858059f,  0.069157593f,  -0.30049628f,
                -0.671291292f, 0.961836994f,  0.596220076f,  0.23401095f,    -0.115347296f, -0.501995623f, -0.862400591f,
                0.772927105f,  0.413528055f,  0.0444364436f, -0.322364628f,  -0.684185684f, 0.943639696f,  0.593690813f,
                0.225194871f,  -0.139860451f, -0.504951298f, -0.874416471f,  0.757842183f,  0.386448622f,  0.00508513488f,
                -0.334881037f, -0.697868884f, 0.932169616f,  0.565472186f,   0.199180901f,  -0.164125592f, -0.529677808f,
                -0.90656364f,  0.742844284f,  0.377019137f,  0.010440141f,   -0.361412495f, -0.725106597f, 0.909004211f,
                0.543232083f,  0.188938215f,  -0.19256334f,  -0.554795384f,  -0.91960597f,  0.700969875f,  0.341819346f,
                -0.02024558f,  -0.386447519f, -0.689538836f, 0.84529072f,    0.50191015f,   0.137770399f}});
    }
    SECTION("with weights of samples")
    {
        check(p.model, trainer(), p.x, p.y, p.weights, names,
              {{0.896372497, 0.560322762, 0.563290179},
               {0.882601678, 0.559607029, 0.56322217},
               {0.862211764, 0.555890381, 0.560981929},
               {-1.f,           0.63474828f,   0.26949653f,   -0.0920491219f, -0.451302737f,  -0.812515378f, 0.810429096f,
                0.466805905f,   0.0865227655f, -0.287265539f, -0.652517259f,  0.982231021f,   0.622224331f,  0.255659938f,
                -0.098942861f,  -0.474698663f, -0.84809202f,  0.79126364f,    0.426819026f,   0.0604326613f, -0.303804368f,
                -0.671759784f,  0.957000315f,  0.592541754f,  0.233957201f,   -0.0909353942f, -0.522298038f, -0.871696651f,
                0.768583477f,   0.417638719f,  0.045072142f,  -0.32378304f,   -0.68223542f,   0.950885415f,  0.593610466f,
                0.222813144f,   -0.132644117f, -0.498814851f, -0.870236993f,  0.758803129f,   0.385372251f,  -0.00371822342f,
                -0.326364398f,  -0.693425238f, 0.947212756f,  0.56545794f,    0.199996039f,   -0.161868483f, -0.529042721f,
                -0.914051473f,  0.745558262f,  0.380299807f,  0.0130937584f,  -0.363384217f,  -0.726300418f, 0.907951832f,
                0.541768909f,   0.193653703f,  -0.198352262f, -0.558394909f,  -0.922611654f,  0.688213646f,  0.326731026f,
                -0.0266364552f, -0.39180243f,  -0.641983867f, 0.789768517f,   0.482608408f,   0.105932012f}});
    }
}

TEST_CASE("masked rows of classes are learned as in Keras", "[training][masks]")
{
    Problem<Classes> p;
    const auto trainer = [&] {
        return compile(p.model, SGD{.learning_rate = 0.5f}, SparseCategoricalCrossentropy{}, Accuracy{},
                       WeightedMetric{Accuracy{}});
    };
    const std::vector<std::string> names{"loss", "accuracy", "weighted_accuracy"};
    SECTION("without weights")
    {
        check(p.model, trainer(), p.x, p.labels, {}, names,
              {{0.72706908, 0.5, 0.5},
               {0.72656709, 0.50000006, 0.50000006},
               {0.725204647, 0.5, 0.5},
               {-1.f,           0.63474828f,   0.26949653f,   -0.0930492654f, -0.4604038f,   -0.820900381f, 0.811487854f,
                0.442124963f,   0.0831520483f, -0.287265539f, -0.652517259f,  0.982231021f,  0.617480874f,  0.255957425f,
                -0.112319022f,  -0.473965555f, -0.845059216f, 0.793506742f,   0.425238013f,  0.0565962642f, -0.304932684f,
                -0.669282377f,  0.962906659f,  0.598951995f,  0.234242007f,   -0.126756176f, -0.503565073f, -0.860291481f,
                0.773876488f,   0.41193372f,   0.0432005972f, -0.322411776f,  -0.685707748f, 0.945309341f,  0.584336162f,
                0.222211584f,   -0.144014463f, -0.512797415f, -0.878151119f,  0.753639638f,  0.387716681f,  0.0219178051f,
                -0.341358662f,  -0.70738399f,  0.929966927f,  0.564250588f,   0.19903405f,   -0.166401789f, -0.530730784f,
                -0.898264885f,  0.74167645f,   0.373063445f,  0.00742321415f, -0.359357238f, -0.724372923f, 0.910653412f,
                0.544418752f,   0.182518199f,  -0.189043552f, -0.552010238f,  -0.916834056f, 0.710823655f,  0.348084956f,
                -0.0126490835f, -0.381780863f, -0.725184917f, 0.866232753f,   0.515728176f,  0.151601136f}});
    }
    SECTION("with weights of samples")
    {
        check(p.model, trainer(), p.x, p.labels, p.weights, names,
              {{1.4551872, 0.5, 0.483050823},
               {1.46104908, 0.50000006, 0.483050853},
               {1.44666255, 0.5, 0.483050823},
               {-1.f,           0.63474828f,   0.26949653f,   -0.0876887813f, -0.456756115f, -0.81211251f,  0.807484627f,
                0.442289174f,   0.0785091072f, -0.287265539f, -0.652517259f,  0.982231021f,  0.61997056f,   0.263040841f,
                -0.107876673f,  -0.46675694f,  -0.847551405f, 0.798757672f,   0.424832314f,  0.0558735728f, -0.305622488f,
                -0.667449415f,  0.964384317f,  0.598840892f,  0.235849217f,   -0.128408924f, -0.493192196f, -0.852879584f,
                0.780449331f,   0.419053435f,  0.0466653928f, -0.32155177f,   -0.682026327f, 0.935978949f,  0.600228369f,
                0.236398354f,   -0.131985962f, -0.50727886f,  -0.875240207f,  0.753661454f,  0.386783719f,  0.00961869955f,
                -0.335768342f,  -0.704761565f, 0.937002063f,  0.565158308f,   0.199510247f,  -0.165921777f, -0.529836833f,
                -0.899857819f,  0.743092895f,  0.374655992f,  0.00878830161f, -0.36172381f,  -0.725503802f, 0.9098894f,
                0.542820275f,   0.186385244f,  -0.193133637f, -0.55555743f,   -0.920024931f, 0.696466565f,  0.342657149f,
                -0.0153219234f, -0.387493402f, -0.704272091f, 0.851009786f,   0.497287661f,  0.136753082f}});
    }
}

TEST_CASE("each output has its own mask, or none", "[training][masks]")
{
    Problem<Two> p;
    check(p.model, compile(p.model, SGD{.learning_rate = 0.5f}, Losses{MeanSquaredError{}, MeanSquaredError{}}.weighted(1, 0.5)),
          p.x, std::tuple{p.y, p.z}, {}, {"loss", "output_1_loss", "output_2_loss"},
          {{0.604178905, 0.427850395, 0.35265699},
           {0.600187242},
           {0.570972681, 0.420314878, 0.301315695},
           {-1.f,           0.63474828f,    0.26949653f,    -0.0824245587f, -0.455922991f,  -0.810135305f,  0.802269697f,
            0.419898123f,   0.0779706091f,  -0.287265539f,  -0.652517259f,  0.982231021f,   0.618603408f,   0.255465895f,
            -0.10990946f,   -0.469584346f,  -0.845817268f,  0.796145916f,   0.427235544f,   0.0620807484f,  -0.303277254f,
            -0.667123914f,  0.958184242f,   0.599531889f,   0.234289184f,   -0.137077495f,  -0.519834042f,  -0.853324592f,
            0.765154123f,   0.416560799f,   0.0406459048f,  -0.320502222f,  -0.685679376f,  0.933559656f,   0.577261388f,
            0.232050404f,   -0.149768665f,  -0.50849396f,   -0.877569854f,  0.755829573f,   0.386416197f,   0.010770902f,
            -0.342861533f,  -0.700430572f,  0.927866995f,   0.565391183f,   0.198946074f,   -0.165412247f,  -0.53051877f,
            -0.900252163f,  0.742276371f,   0.374535829f,   0.00922869612f, -0.360595554f,  -0.724198222f,  0.909838378f,
            0.544538558f,   0.184038565f,   -0.189446792f,  -0.553599238f,  -0.91715616f,   0.704097629f,   0.342139959f,
            -0.0162697826f, -0.381739825f,  -0.721334696f,  0.841112733f,   0.507976294f,   0.14345412f,    -0.205248147f,
            -0.56740886f,   -0.934416831f,  0.702115119f,   0.323888123f,   -0.0203971602f, -0.39670518f,   -0.75899899f,
            0.877447844f,   0.510196567f,   0.146335244f,   -0.220413893f,  -0.57704097f,   -0.957159758f,  0.68669343f,
            0.318591237f,   -0.0451276489f, -0.411740094f,  -0.776117861f,  0.857667565f,   0.498178512f,   0.122409679f,
            -0.235976532f,  -0.603316605f,  -0.96808362f,   0.666326642f,   0.301320404f,   -0.0641957298f, -0.428061724f,
            -0.7958588f,    0.840575218f,   0.474800557f,   0.118106179f,   -0.256397843f,  -0.615592241f,  -0.987181723f,
            0.686761379f,   0.256405354f,   -0.0718291402f, -0.448020905f,  -0.838929832f,  0.819935501f,   0.321887046f}});
}

namespace {

template <class M> std::vector<float> trained(std::size_t threads)
{
    auto model = build<M>(Seed{1});
    auto y = xt::xtensor<float, 3>::from_shape({200, 5, 2});
    Drawn draw;
    for (float& value : y) value = draw();
    auto trainer = compile(model, Adam{}, MeanSquaredError{}, MeanAbsoluteError{});
    const auto history = trainer.fit(words(200), y, {.epochs = 2, .batch_size = 150, .threads = threads});
    auto found = parameters_of(model);
    for (const double loss : history["loss"]) found.push_back(static_cast<float>(loss));
    found.push_back(static_cast<float>(trainer.evaluate(words(200), y, {.threads = threads})["loss"]));
    return found;
}

} // namespace

TEMPLATE_TEST_CASE("masked models train to the same bits on 1, 2 and 4 threads", "[training][masks][threads]", Sequences, Nested,
                   SequencesOfStruct)
{
    const auto one = trained<TestType>(1);
    CHECK(trained<TestType>(2) == one);
    CHECK(trained<TestType>(4) == one);
}

TEMPLATE_TEST_CASE("the mean is over the steps of a batch that are there, whatever its chunks", "[training][masks]", Sequences,
                   Nested, SequencesOfStruct)
{
    const std::size_t count = 101;
    auto model = build<TestType>(Seed{3});
    const auto x = words(101);
    auto y = xt::xtensor<float, 3>::from_shape({count, 5, 2});
    Drawn draw;
    for (float& value : y) value = draw();
    const auto found = predict(model, x);
    double sum = 0, absolute = 0, there = 0;
    for (std::size_t s = 0; s < count; ++s)
        for (std::size_t t = 0; t < 5; ++t) {
            if (x(s, t) == 0) continue;
            for (std::size_t k = 0; k < 2; ++k) {
                const double off = static_cast<double>(found(s, t, k)) - static_cast<double>(y(s, t, k));
                sum += off * off / 2;
                absolute += std::fabs(off) / 2;
            }
            ++there;
        }
    const auto figures = compile(model, SGD{}, MeanSquaredError{}, MeanAbsoluteError{}).evaluate(x, y);
    CHECK(figures["loss"] == Approx(sum / there).epsilon(1e-6));
    CHECK(figures["mean_absolute_error"] == Approx(absolute / there).epsilon(1e-6));
}

TEST_CASE("a batch of which nothing is there has no loss and teaches nothing", "[training][masks]")
{
    auto model = build<Sequences>(Seed{3});
    const auto before = parameters_of(model);
    auto trainer = compile(model, SGD{.learning_rate = 1}, MeanSquaredError{}, MeanAbsoluteError{});
    const xt::xtensor<int, 2> x = xt::zeros<int>({3, 5});
    const xt::xtensor<float, 3> y = xt::ones<float>({3, 5, 2});
    const auto figures = trainer.train_on_batch(x, y);
    CHECK(figures["loss"] == 0);
    CHECK(figures["mean_absolute_error"] == 0);
    CHECK(parameters_of(model) == before);
}

TEST_CASE("a mask says something of samples that have as many rows for each step", "[training][masks]")
{
    using lamina::internals::StepMask;
    const std::uint8_t there[] = {1, 0, 1, 0, 0, 1};
    const StepMask mask{there, 3};
    CHECK(mask.count(2) == 3);
    CHECK((mask.covers(3) && mask.covers(6) && !mask.covers(1) && !StepMask{}.covers(3)));
    const StepMask second = mask.of_sample(1);
    CHECK((second.hides(0, 3) && second.hides(1, 3) && !second.hides(2, 3)));
    CHECK((second.hides(3, 6) && !second.hides(4, 6))); // two rows a step
    CHECK_FALSE(second.hides(0, 1));                    // a loss of whole samples
}
