// Catch2, 2.13 or 3: what every test includes.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

/// Under sanitizers everything takes ten to twenty times as long: tests over very many sizes or numbers take fewer there.
#ifdef LAMINA_TEST_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
