# cmake/Findlamina_libzip.cmake: the target libzip::zip. The file for CMake that Debian and Ubuntu install ends the run where libzip's
# command-line tools are missing, so it is not asked: a file elsewhere, such as Conan makes, goes first, then the library itself is looked for.
if(NOT TARGET libzip::zip)
  find_package(libzip CONFIG QUIET NO_CMAKE_SYSTEM_PATH NO_SYSTEM_ENVIRONMENT_PATH NO_CMAKE_PACKAGE_REGISTRY)
endif()
if(TARGET libzip::zip)
  set(lamina_libzip_FOUND TRUE)
else()
  find_path(libzip_INCLUDE_DIR zip.h)
  find_library(libzip_LIBRARY zip)
  mark_as_advanced(libzip_INCLUDE_DIR libzip_LIBRARY)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(lamina_libzip REQUIRED_VARS libzip_LIBRARY libzip_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "install libzip (Debian and Ubuntu: libzip-dev, Conan: libzip)")
  if(lamina_libzip_FOUND)
    add_library(libzip::zip UNKNOWN IMPORTED)
    set_target_properties(libzip::zip PROPERTIES IMPORTED_LOCATION "${libzip_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${libzip_INCLUDE_DIR}")
  endif()
endif()
