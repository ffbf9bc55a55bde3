// The main function of the tests where Catch2 brings none (2.x without its static library).
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
