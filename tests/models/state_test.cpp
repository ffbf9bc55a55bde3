// state, variables: names, views in logical order that write through, freezing.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/lamina.hpp>

#include <sstream>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Net {
    Sequential<Input<5, 5, 2>, Conv2D<3, Tanh>, Flatten> body;
    Dense<1>::on<27> head;
    Variable<double, Shape{2, 3, 5}> extra;
};

} // namespace

TEST_CASE("state lists every variable, by its path", "[models]")
{
    const auto model = build<Net>(Seed{1});
    std::vector<std::string> listed;
    for (auto [name, variable] : state(model)) listed.push_back(name + ' ' + std::to_string(variable.size()));
    CHECK(listed == std::vector<std::string>{"body/0/kernel 54", "body/0/bias 3", "head/kernel 27", "head/bias 1", "extra 30"});
    std::ostringstream out;
    out << state(model)[0] << '\n' << state(model)[4];
    CHECK(out.str() == "body/0/kernel [3, 3, 2, 3] float32\nextra [2, 3, 5] float64");

    Net unbound;
    CHECK(refusal_of([&] { state(unbound); }) ==
          "state: \"body/0/kernel\" is bound to no stored variable; make the model with build or load before it is used");
}

TEST_CASE("a view shows the numbers in logical order and writes through", "[models]")
{
    auto model = build<Net>(Seed{1});
    for (const auto& [name, variable] : state(model)) {
        CAPTURE(name);
        const auto look = [&, &kept = variable]<class T>(T) {
            auto view = kept.template view<T>();
            CHECK(view.size() == kept.size());
            std::size_t i = 0;
            kept.storage()->template for_each<T>([&](T& x) { x = static_cast<T>(++i); });
            i = 0;
            std::size_t wrong = 0;
            for (const T x : view) wrong += x == static_cast<T>(++i) ? 0 : 1;
            CHECK(wrong == 0);
            for (auto& x : view) x = T(-2);
            kept.storage()->template for_each<T>([&](T& x) { wrong += x == T(-2) ? 0 : 1; });
            CHECK(wrong == 0);
        };
        if (variable.type() == dtype::float32) look(0.f);
        else look(0.);
    }
    CHECK(model.head.bias.data()[0] == -2);
    const auto kernel = state(model)[0].variable;
    auto view = kernel.view<float>();
    view(2, 1, 0, 2) = 5;
    CHECK(model.body.layer<0>().kernel.data()[((2 * 3 + 1) * 2 + 0) * 16 + 2] == 5);
    CHECK(says(refusal_of([&] { kernel.view<double>(); }), "\"body/0/kernel\" is float32, view<float64> was asked for"));
}

TEST_CASE("a frozen variable is no longer among those that are trained", "[models]")
{
    const auto model = build<Net>(Seed{1});
    CHECK(variables(model).size() == 5);
    state(model)[2].variable.set_trainable(false);
    CHECK(variables(model).size() == 4);
    CHECK(variables(model)[2].name == "head/bias");
    CHECK_FALSE(model.head.kernel.storage()->trainable);
}
