// Dropout: what it draws from, its scale, and its gradient under a fixed mask.
#include "layers/gradient_check.hpp"

#include <lamina/layers/regularization/dropout.hpp>

#include <set>

using namespace lamina;
using namespace lamina::internals;

static_assert(Dropout<0.5>::accept(Shape{5, 7}).output == Shape{5, 7});
static_assert(Dropout<0.5>::accept(Shape{5, 0}).answer == misfit::an_extent_is_zero);
static_assert(Dropout<1.0>::accept(Shape{5}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(Dropout<-0.1>::accept(Shape{5}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(Block<Dropout<0.5>::on<5>> && parameter_count_of<Dropout<0.5>::on<5>>() == 0);

namespace {

template <class B> std::vector<typename B::value_type> masked(Mode mode, std::size_t n)
{
    using T = typename B::value_type;
    std::vector<T> x(n * B::input.size(), T(1)), y(x.size());
    B{}.forward(mode, x.data(), y.data(), nullptr, nullptr, n);
    return y;
}

constexpr Mode training{.training = true, .seed = 1, .step = 2, .place = 3, .first = 4};

} // namespace

TEST_CASE("Dropout does nothing in inference", "[layers][dropout]")
{
    using B = Dropout<0.5>::on<7>;
    CHECK(masked<B>(Mode{.training = false, .seed = 1}, 5) == std::vector<float>(35, 1.f));
    CHECK(masked<Dropout<0.0>::on<7>>(training, 5) == std::vector<float>(35, 1.f));
}

TEST_CASE("Dropout zeroes its rate of elements and scales the others", "[layers][dropout]")
{
    const auto share = []<fraction Rate>(Dropout<Rate>) {
        const auto y = masked<typename Dropout<Rate>::template on<1001>>(training, 100);
        double zeros = 0;
        for (float v : y) {
            zeros += v == 0;
            REQUIRE((v == 0 || v == static_cast<float>(1 / (1 - Rate.value()))));
        }
        const double n = double(y.size()), deviation = std::sqrt(n * Rate.value() * (1 - Rate.value()));
        CHECK(std::fabs(zeros - n * Rate.value()) < 5 * deviation);
    };
    share(Dropout<0.5>{});
    share(Dropout<0.1>{});
    share(Dropout<0.9>{});
}

TEST_CASE("Dropout's mask is a function of seed, step, place, sample and element", "[layers][dropout]")
{
    using B = Dropout<0.5>::on<67>;
    const auto y = masked<B>(training, 33);
    CHECK(masked<B>(training, 33) == y);

    std::set<std::vector<float>> different{y};
    for (auto change : {&Mode::seed, &Mode::step, &Mode::place}) {
        Mode other = training;
        other.*change += 1;
        different.insert(masked<B>(other, 33));
    }
    CHECK(different.size() == 4);

    // However a batch is cut, a sample keeps its mask.
    std::vector<float> pieces;
    for (std::size_t first = 0; first < 33;) {
        const std::size_t n = std::min<std::size_t>(first % 3 + 1, 33 - first);
        Mode here = training;
        here.first += first;
        const auto piece = masked<B>(here, n);
        pieces.insert(pieces.end(), piece.begin(), piece.end());
        first += n;
    }
    CHECK(pieces == y);

    // No two samples have the same mask.
    std::set<std::vector<float>> rows;
    for (std::size_t s = 0; s < 33; ++s)
        rows.insert(std::vector<float>(y.begin() + std::ptrdiff_t(s * 67), y.begin() + std::ptrdiff_t(s * 67 + 67)));
    CHECK(rows.size() == 33);

    // float and double draw the same.
    const auto wide = masked<B::as<double>>(training, 33);
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(wide[i] == double(y[i]));
}

TEST_CASE("Dropout's gradients agree with central differences under a fixed mask", "[layers][dropout][gradients]")
{
    check_gradients_of_each<Dropout<0.5>::on<1>::as<double>, Dropout<0.3>::on<5, 7, 3>::as<double>,
                            Dropout<0.9>::on<17>::as<double>, Dropout<0.0>::on<5>::as<double>>();
    check_gradients<Dropout<0.5>::on<7>::as<double>>({.mode = {.training = false}});
}
