# A project without a build type is told once that it will be slow, in a run of CMake; others are told nothing. ${PROJECT} is configured
# in ${BUILD} with ${OPTIONS}, a line of arguments.
cmake_minimum_required(VERSION 3.22)
separate_arguments(options UNIX_COMMAND "${OPTIONS}")
set(ENV{CXXFLAGS} "")
foreach(case "1" "0 -DCMAKE_BUILD_TYPE=Debug" "0 -DCMAKE_CXX_FLAGS=-O2" "1 -DCMAKE_CXX_FLAGS=-O0" "0 -DLAMINA_NO_BUILD_NOTICE=ON")
  separate_arguments(case)
  list(POP_FRONT case wanted)
  file(REMOVE_RECURSE ${BUILD})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${PROJECT} -B ${BUILD} ${options} ${case} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  string(REGEX MATCHALL "CMAKE_BUILD_TYPE is empty" found "${output}")
  list(LENGTH found count)
  if(NOT result EQUAL 0 OR NOT count EQUAL wanted)
    message(FATAL_ERROR "${case}: ended with ${result} and said it ${count} times, not ${wanted}:\n${output}")
  endif()
endforeach()
