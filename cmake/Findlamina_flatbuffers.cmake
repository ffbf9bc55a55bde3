# cmake/Findlamina_flatbuffers.cmake: the target lamina_flatbuffers::headers. Of flatbuffers only headers are used: no library, no compiler
# of schemas. Its own files for CMake have two names, one a version, and their targets link the library, so the header itself is looked for.
if(NOT TARGET lamina_flatbuffers::headers)
  find_path(flatbuffers_INCLUDE_DIR flatbuffers/flatbuffers.h)
  mark_as_advanced(flatbuffers_INCLUDE_DIR)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(lamina_flatbuffers REQUIRED_VARS flatbuffers_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "install flatbuffers (Debian and Ubuntu: libflatbuffers-dev, Conan: flatbuffers)")
  if(lamina_flatbuffers_FOUND)
    add_library(lamina_flatbuffers::headers INTERFACE IMPORTED)
    set_target_properties(lamina_flatbuffers::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${flatbuffers_INCLUDE_DIR}")
  endif()
else()
  set(lamina_flatbuffers_FOUND TRUE)
endif()
