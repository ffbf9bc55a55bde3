// standard: c++17
// expect: lamina needs C\+\+20: compile with -std=c\+\+20
#include <lamina/lamina.hpp>

int main() { return LAMINA_VERSION_MAJOR; }
