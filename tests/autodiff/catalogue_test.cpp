// Every layer and every loss of the catalogue has a form in functions on tensors, or is listed here as one that says it has none.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <string>
#include <vector>

using namespace lamina;

namespace {

template <class L, Shape In> constexpr bool has_form_for()
{
    if constexpr (internals::ask<L>(In).answer != protocols::misfit::none) return false;
    else return internals::composes<typename L::template block<double, In>, 1>;
}

/// Whether the block of a layer has a form, for an input that it takes.
template <class L> constexpr bool has_form()
{
    return has_form_for<L, Shape{1}>() || has_form_for<L, Shape{4}>() || has_form_for<L, Shape{5, 4}>() ||
           has_form_for<L, Shape{5, 4, 3}>() || has_form_for<L, Shape{3, 5, 4, 2}>();
}
template <class L> constexpr bool loss_has_form()
{
    return requires(const L& loss, const AnyTensor& x) { loss.compose(x, x); };
}

std::vector<std::string> without_form()
{
    std::vector<std::string> found;
#define LAMINA_ROW_layers(name, ...)                                                                                             \
    if (!has_form<__VA_ARGS__>()) found.push_back(#name);
#define LAMINA_ROW_losses(name, ...)                                                                                             \
    if (!loss_has_form<__VA_ARGS__>()) found.push_back(#name);
#define LAMINA_ROW_metrics(...)
#define LAMINA_ROW_optimizers(...)
#define LAMINA_ROW_schedules(...)
#define LAMINA_ROW_regularizers(...)
#define LAMINA_ROW_constraints(...)
#define LAMINA_ROW_initializers(...)
#define LAMINA_ROW_activations(...)
#define LAMINA_CLASS(kind, name, header, ...) LAMINA_ROW_##kind(name, __VA_ARGS__)
#include <lamina/interop/keras/class_list.hpp>
#undef LAMINA_CLASS
    return found;
}

} // namespace

TEST_CASE("every layer and loss of the catalogue has a form in functions on tensors", "[autodiff]")
{
    const std::vector<std::string> none{};
    CHECK(without_form() == none);
}

TEST_CASE("whether a block has a form is seen", "[autodiff]")
{
    struct Plain {};
    STATIC_REQUIRE(has_form<Dense<3>>());
    STATIC_REQUIRE(!loss_has_form<Plain>());
    STATIC_REQUIRE(!internals::composes<Plain, 1>);
}
