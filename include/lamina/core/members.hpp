// lamina/core/members.hpp: whether a class has a member of a name, whatever it is: a function, a template, one of several, a private one.
#pragma once

#include <lamina/core/architecture.hpp>

#include <type_traits>

/// Defines `internals::has_member_<member><C>`. A class that inherits the name from C and from elsewhere cannot say which it means.
#define LAMINA_HAS_MEMBER(member)                                                                                                \
    namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {                                              \
    struct has_##member {                                                                                                        \
        int member;                                                                                                              \
    };                                                                                                                           \
    template <class C> struct twice_##member : C, has_##member {};                                                               \
    template <class C> consteval bool find_##member()                                                                            \
    {                                                                                                                            \
        if constexpr (!std::is_class_v<C>) return false;                                                                         \
        else if constexpr (std::is_final_v<C>) return requires { &C::member; };                                                  \
        else return !requires { &twice_##member<C>::member; };                                                                   \
    }                                                                                                                            \
    template <class C> inline constexpr bool has_member_##member = find_##member<C>();                                           \
    }}}
