// Fields: their number, names and order for every kind of struct, and the reason where they cannot be read.
#include "catch.hpp"

#include <lamina/core/fields.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Nothing {};
struct Plain {
    int first;
    double second_one;
    std::string third3;
};
struct Moving {
    std::unique_ptr<int> kept;
    std::vector<std::unique_ptr<int>> more;
};
struct Defaults {
    int a = 1;
    std::array<float, 3> values{};
    Plain inner{};
    Moving moving{};
};
template <class T, std::size_t N> struct Generic {
    std::array<T, N> items;
    Generic<T, N - 1> rest;
};
template <class T> struct Generic<T, 0> {};
struct Explicit {
    explicit Explicit(int v) : value(v) {}
    Explicit(Explicit&&) = default;
    Explicit& operator=(Explicit&&) = default;
    int value;
};
struct NeedsExplicit { // T{} is not valid
    Explicit number;
    int plain;
};
struct Sixty4 {
    int f00, f01, f02, f03, f04, f05, f06, f07, f08, f09, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23,
        f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47,
        f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63;
};

namespace outer::deeper {
struct Hidden {
    int under_score, CamelCase, x1; // NOLINT(readability-identifier-naming): any name is read
};
} // namespace outer::deeper

// What cannot be read, and why.
struct Sixty5 {
    int f00, f01, f02, f03, f04, f05, f06, f07, f08, f09, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23,
        f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47,
        f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64;
};
struct Base {
    int in_base;
};
struct Derived : Base {
    int own;
};
struct EmptyDerived : Nothing {
    int own;
};
struct CArray {
    int before;
    int values[3];
    int after;
};
struct OnlyCArray {
    float values[2];
};
struct MovingCArray {
    std::unique_ptr<int> values[2];
};
struct Reference {
    int& to;
};
struct ConstReference {
    int value;
    const std::string& to;
};
class Private {
    [[maybe_unused]] int value = 0;
};
struct Constructed {
    Constructed(int v) : value(v) {}
    int value;
};
struct Virtual {
    virtual ~Virtual() = default;
    int value = 0;
};

static_assert(fields_of<Nothing> == fields_are::readable && field_count<Nothing>() == 0);
static_assert(fields_of<Plain> == fields_are::readable && field_count<Plain>() == 3);
static_assert(fields_of<Moving> == fields_are::readable && field_count<Moving>() == 2);
static_assert(fields_of<Defaults> == fields_are::readable && field_count<Defaults>() == 4);
static_assert(fields_of<NeedsExplicit> == fields_are::readable && field_count<NeedsExplicit>() == 2);
static_assert(fields_of<Generic<int, 2>> == fields_are::readable && field_count<Generic<int, 2>>() == 2);
static_assert(fields_of<Sixty4> == fields_are::readable && field_count<Sixty4>() == 64);

static_assert(fields_of<Sixty5> == fields_are::more_than_64__group_some_in_a_struct);
static_assert(fields_of<Derived> == fields_are::hidden_by_a_base_class__make_it_a_field);
static_assert(fields_of<EmptyDerived> == fields_are::hidden_by_a_base_class__make_it_a_field);
static_assert(fields_of<CArray> == fields_are::a_C_array__use_std_array);
static_assert(fields_of<OnlyCArray> == fields_are::a_C_array__use_std_array);
static_assert(fields_of<MovingCArray> == fields_are::a_C_array__use_std_array);
static_assert(fields_of<Reference> == fields_are::a_reference__hold_the_value_or_a_pointer);
static_assert(fields_of<ConstReference> == fields_are::a_reference__hold_the_value_or_a_pointer);
static_assert(fields_of<Private> == fields_are::hidden__the_type_is_no_aggregate);
static_assert(fields_of<Constructed> == fields_are::hidden__the_type_is_no_aggregate);
static_assert(fields_of<Virtual> == fields_are::hidden__the_type_is_no_aggregate);
static_assert(fields_of<int> == fields_are::hidden__the_type_is_no_aggregate);

template <class T> std::vector<std::string> names_of() { return {field_names<T>.begin(), field_names<T>.end()}; }

using names = std::vector<std::string>;

} // namespace

struct Global {
    int g;
};
namespace open {
struct Named {
    std::map<std::string, int> table;
    int* pointer;
};
enum class Choice { yes };
struct Other {
    Choice choice;
    bool (*function)(int);
    int Other::* member;
};
} // namespace open

TEST_CASE("names are read in namespaces, templates and anonymous places", "[core][fields]")
{
    CHECK(names_of<Nothing>().empty());
    CHECK(names_of<Plain>() == names{"first", "second_one", "third3"});
    CHECK(names_of<Moving>() == names{"kept", "more"});
    CHECK(names_of<Defaults>() == names{"a", "values", "inner", "moving"});
    CHECK(names_of<Generic<Plain, 3>>() == names{"items", "rest"});
    CHECK(names_of<outer::deeper::Hidden>() == names{"under_score", "CamelCase", "x1"});
    CHECK(names_of<Global>() == names{"g"});
    CHECK(names_of<open::Named>() == names{"table", "pointer"});
    CHECK(names_of<open::Other>() == names{"choice", "function", "member"});
    CHECK(names_of<NeedsExplicit>() == names{"number", "plain"});
}

TEST_CASE("names are read of types inside of functions", "[core][fields]")
{
    struct Local {
        int here;
        Plain plain;
    };
    CHECK(names_of<Local>() == names{"here", "plain"});
    [] {
        struct InLambda {
            double deep;
        };
        CHECK(names_of<InLambda>() == names{"deep"});
    }();
    const auto with = [](auto value) {
        struct InGeneric {
            decltype(value) held;
        };
        return names_of<InGeneric>();
    };
    CHECK(with(1) == names{"held"});
    CHECK(with(std::string()) == names{"held"});
}

TEST_CASE("all of 64 fields are visited in order", "[core][fields]")
{
    Sixty4 many{};
    int next = 0;
    for_each_field(many, [&](std::string_view, int& field) { field = next++; });
    CHECK(many.f00 == 0);
    CHECK(many.f09 == 9);
    CHECK(many.f37 == 37);
    CHECK(many.f63 == 63);
    next = 0;
    for_each_field(many, [&](std::string_view name, int& field) {
        CHECK(field == next);
        CHECK(name == (next < 10 ? "f0" : "f") + std::to_string(next));
        ++next;
    });
    CHECK(next == 64);
}

TEST_CASE("fields are visited where they are, also of const and of what only moves", "[core][fields]")
{
    Defaults object;
    std::vector<const void*> places;
    for_each_field(object, [&](std::string_view, auto& field) { places.push_back(&field); });
    CHECK(places == std::vector<const void*>{&object.a, &object.values, &object.inner, &object.moving});
    for_each_field(object.moving, [](std::string_view, auto& field) {
        if constexpr (std::is_same_v<decltype(field), std::unique_ptr<int>&>) field = std::make_unique<int>(7);
    });
    REQUIRE(object.moving.kept);
    CHECK(*object.moving.kept == 7);

    const Defaults& constant = object;
    for_each_field(constant,
                   [](std::string_view, auto& field) { CHECK(std::is_const_v<std::remove_reference_t<decltype(field)>>); });
    const Nothing nothing{};
    for_each_field(nothing, [](std::string_view, auto&) { CHECK(false); });

    constexpr int sum = [] {
        struct Numbers {
            int a = 1, b = 2, c = 3;
        } numbers;
        int total = 0;
        for_each_field(numbers, [&](std::string_view, int& field) { total += field; });
        return total;
    }();
    CHECK(sum == 6);
}

TEST_CASE("every number of fields from 0 to 64 is tied in order", "[core][fields]")
{
    // An array can be bound like a struct, which saves 65 structs: each number has a line of its own in fields_tie.hpp.
    const auto check = [](auto places) {
        lamina::internals::with_fields<places.size()>(places, [&](const auto&... field) {
            std::size_t next = 0;
            CHECK(((&field == places.data() + next++) && ...));
            CHECK(next == places.size());
        });
    };
    [&]<std::size_t... N>(std::index_sequence<N...>) { (check(std::array<int, N>{}), ...); }(std::make_index_sequence<65>{});
}
