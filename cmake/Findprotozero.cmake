# cmake/Findprotozero.cmake: the target protozero::protozero. protozero installs headers and no file for CMake, and so does Debian; the
# file that Conan makes goes before this. Several components look for it in one run.
if(NOT TARGET protozero::protozero)
  find_package(protozero CONFIG QUIET)
endif()
if(TARGET protozero::protozero)
  set(protozero_FOUND TRUE)
else()
  find_path(protozero_INCLUDE_DIR protozero/pbf_writer.hpp)
  mark_as_advanced(protozero_INCLUDE_DIR)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(protozero REQUIRED_VARS protozero_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "install it (Debian and Ubuntu: libprotozero-dev, Conan: protozero)")
  if(protozero_FOUND)
    add_library(protozero::protozero INTERFACE IMPORTED)
    set_target_properties(protozero::protozero PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${protozero_INCLUDE_DIR}")
  endif()
endif()
