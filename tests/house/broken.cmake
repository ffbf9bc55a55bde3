# Writes a tree that breaks every rule into ${TREE}; the program ${READER}, given ${TREE}/${FOLDER}, must fail and print
# exactly the lines of ${RULES}.
cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE ${TREE})
function(header name)
  list(JOIN ARGN "\n" text)
  file(WRITE ${TREE}/include/lamina/${name} "// lamina/${name}: part of a broken tree.\n${text}\n")
endfunction()
header(lamina.hpp "#include <lamina/data/packed.hpp>")
header(data/packed.hpp "#include <zlib.h>")
header(core/upward.hpp "#include <lamina/layers/layer.hpp>")
header(layers/layer.hpp "#include <lamina/core/upward.hpp>" "struct Layer {};")
header(kernels/curious.hpp "#include <lamina/core/upward.hpp>" "#include <xsimd/xsimd.hpp>" "#include <lamina/core/nowhere.hpp>" "#  include \"quoted.hpp\"")
string(REPEAT "\n" 400 long)
string(CONCAT word TO DO) # in two parts, as this file is read too
file(WRITE ${TREE}/include/lamina/garden/tree.hpp "// a first line of its own\n#include <lamina/core/upward.hpp>\n// ${word}${long}")

set(includes [==[
lamina/kernels/curious.hpp:5: #include <quoted.hpp>: write it with angle brackets, from lamina/ on
lamina/core/upward.hpp:2: #include <lamina/layers/layer.hpp>: core may not include layers
lamina/layers/layer.hpp:2: #include <lamina/core/upward.hpp>: this closes a circle: lamina/core/upward.hpp is reached from itself
lamina/data/packed.hpp:2: #include <zlib.h>: what a header includes first is lamina/core/language.hpp, or another header of lamina, which does
lamina/garden/tree.hpp:2: #include <lamina/core/upward.hpp>: the folder garden has no line in the law of tests/house/includes.cpp
lamina/kernels/curious.hpp:2: #include <lamina/core/upward.hpp>: kernels may use only simd, extent, parallel and architecture of core
lamina/kernels/curious.hpp:3: #include <xsimd/xsimd.hpp>: only lamina/core/simd.hpp may include xsimd/
lamina/kernels/curious.hpp:4: #include <lamina/core/nowhere.hpp>: there is no such file
lamina/core/upward.hpp:2: #include <lamina/layers/layer.hpp>: this closes a circle: lamina/layers/layer.hpp is reached from itself
lamina/data/packed.hpp:2: #include <zlib.h>: lamina.hpp needs xtensor and xsimd only, and reaches this by lamina/lamina.hpp -> lamina/data/packed.hpp
6 headers, 9 includes read, 10 against the law
]==])
set(files "include/lamina/garden/tree.hpp:3: holds a ${word}
include/lamina/garden/tree.hpp: has 402 lines, more than 400
include/lamina/garden/tree.hpp:1: should begin with \"// lamina/garden/tree.hpp: \" and say what it is
6 files read, 3 offenses
")
set(lists "lamina/layers/layer.hpp: Layer is not included by lamina.hpp
lamina/layers/layer.hpp: Layer is named neither in README.md nor in docs/extending.md
lamina/layers/layer.hpp: Layer shows no example: /// Example  code
1 classes, 3 offenses
")

execute_process(COMMAND ${READER} ${TREE}/${FOLDER} OUTPUT_VARIABLE output RESULT_VARIABLE result)
if(result EQUAL 0 OR NOT output STREQUAL "${${RULES}}")
  message(FATAL_ERROR "Ended with ${result} and printed\n${output}instead of\n${${RULES}}")
endif()
