// A struct of nodes where only variables are known.
// expect: error: ; fields that are nodes of a graph need #include <lamina/graph/traced/fields.hpp>
#include <lamina/graph/field_map.hpp>
#include <lamina/graph/traced/node.hpp>
#ifdef GOOD
#include <lamina/graph/traced/fields.hpp>
#endif

using namespace lamina;

struct Twice {
    Placeholder<float, dyn> x;
    Node y;
};

int main() { return static_cast<int>(to_graph(Twice{}).size()); }
