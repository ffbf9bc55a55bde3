// One function, three ways to run it: eagerly, as a function that is traced once, and as a node of a graph. The numbers are the same.
#include <lamina/autodiff.hpp>
#include <lamina/graph/function.hpp>
#include <lamina/graph/traced.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

using namespace lamina;

// Sixty ops on one number.
Tensor<float> body(Tensor<float> x)
{
    for (int i = 0; i < 20; ++i) x = tanh(x) * 1.01f + 0.1f;
    return x;
}

struct Fields {
    Placeholder<float> x;
    Node y;
};

/// The median of many calls, in nanoseconds.
double nanoseconds(const auto& call)
{
    std::vector<double> times(2001);
    for (double& time : times) {
        const auto begin = std::chrono::steady_clock::now();
        call();
        time = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
    }
    std::nth_element(times.begin(), times.begin() + 1000, times.end());
    return times[1000];
}

int main()
{
    const auto x = constant(0.5f);

    const auto traced = function(body);
    Graph graph;
    const Fields fields = graph.trace<Fields>("body", [&](Fields& f) { f.y = body(f.x); });

    std::cout << "eagerly " << body(x).item() << ": " << nanoseconds([&] { body(x); }) << " ns\n"
              << "function " << traced(x).item() << ": " << nanoseconds([&] { traced(x); }) << " ns, traced "
              << traced.traces<Tensor<float>>() << " time\n"
              << "graph.run " << graph.run(fields.y, {{fields.x, x}}).item() << ": "
              << nanoseconds([&] { graph.run(fields.y, {{fields.x, x}}); }) << " ns\n";

    // What depends on a value is not a graph: where() chooses between two.
    try {
        function([](auto at) { return at.item() > 0 ? at : -at; })(x);
    }
    catch (const error& problem) {
        std::cout << problem.what() << '\n';
    }
}
