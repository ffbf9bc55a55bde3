// lamina/graph/runner.hpp: for programs that run stored graphs: without layers, models, tapes. Families of ops are included beside it.
//
//     #include <lamina/graph/families/core.hpp>
//     #include <lamina/graph/runner.hpp>
//
//     Graph graph = Graph::load<families::core>("digits.safetensors");
//     const double accuracy = graph.run("digits/Mean_1:0", {{"digits/x:0", x}, {"digits/y:0", y}}).item();
#pragma once

#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/fields.hpp>
#include <lamina/graph/traced/load.hpp>
#include <lamina/graph/traced/run.hpp>
#include <lamina/ops/constants.hpp>
