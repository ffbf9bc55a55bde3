"""The Conan 2 recipe. It lives in conan/, its sources one level up: `conan create conan --build=missing -s compiler.cppstd=20`.

Only test_package is built and run, unless `-c user.lamina:tests=True` asks for all tests and examples.
"""
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import can_run, check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load
from conan.tools.scm import Version

required_conan_version = ">=2.4"


class Lamina(ConanFile):
    name = "lamina"
    description = "Header-only C++20 neural networks on xtensor and xsimd"
    license = "MIT"
    topics = ("neural-network", "deep-learning", "header-only", "xtensor", "simd")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    # The components of cmake/components.cmake: what each requires.
    components = {"zlib": ["zlib"], "json": ["nlohmann_json"], "tensorboard": ["protozero"], "numpy": ["libzip"], "pytorch": ["libzip"],
                  "keras": ["libzip", "zlib", "nlohmann_json"], "lite": ["flatbuffers"], "data": ["zlib", "protozero", "fast-cpp-csv-parser"],
                  "images": ["libpng", "libjpeg-turbo"]}
    libraries = {"zlib": "[>=1.2.11 <2]", "nlohmann_json": "[>=3.11 <4]", "protozero": "[>=1.7 <2]", "libzip": "[>=1.7.3 <2]",
                 "flatbuffers": "[>=2.0.8 <26]", "libpng": "[>=1.6.37 <2]", "libjpeg-turbo": "[>=2.1 <4]",
                 "fast-cpp-csv-parser": "cci.20211104"}
    options = {component: [True, False] for component in ("zlib", "json", "tensorboard", "numpy", "pytorch", "keras", "lite", "data", "images")}
    default_options = {"zlib": True, "json": False, "tensorboard": False, "numpy": False, "pytorch": False, "keras": False, "lite": False, "data": False,
                       "images": False}
    no_copy_source = True

    oldest_compilers = {"gcc": "11", "clang": "14", "apple-clang": "14", "msvc": "193"}

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..")

    @property
    def _testing(self):
        return self.conf.get("user.lamina:tests", default=False, check_type=bool)

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "lamina", "version.hpp"))
        self.version = ".".join(re.search(rf"LAMINA_VERSION_{part} (\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH"))

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*", "cmake/*", "tests/*", "examples/*", "tools/*", "conan/*.py", "conan/*.cpp", "conan/*.cmake"):
            copy(self, pattern, src=self._root, dst=self.export_sources_folder, excludes="*/build/*")

    def layout(self):
        self.folders.root = ".."
        cmake_layout(self)
        self.cpp.source.includedirs = ["include"]  # for `conan editable add conan`, which needs no build
        self.cpp.source.builddirs = [os.path.join("conan", "editable")]

    def requirements(self):
        # xtensor first: its recipe pins an xsimd, which the range then follows.
        self.requires("xtensor/[>=0.24.3 <0.28]", transitive_headers=True)
        self.requires("xsimd/[>=8.1 <15]", transitive_headers=True)
        needed = {library for component, libraries in self.components.items() if self.options.get_safe(component) for library in libraries}
        for library in sorted(needed):
            self.requires(f"{library}/{self.libraries[library]}", transitive_headers=True, transitive_libs=True)

    def build_requirements(self):
        if self._testing:
            self.test_requires("catch2/[>=2.13.10 <4]")
            self.test_requires("cli11/[>=2.1 <3]")

    def validate(self):
        check_min_cppstd(self, 20)
        oldest = self.oldest_compilers.get(str(self.settings.compiler))
        if oldest and Version(self.settings.compiler.version) < oldest:
            raise ConanInvalidConfiguration(f"{self.ref} needs {self.settings.compiler} {oldest} or newer")

    def package_id(self):
        self.info.clear()

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False  # leaves the source tree clean
        toolchain.cache_variables["LAMINA_BUILD_TESTS"] = self._testing
        toolchain.cache_variables["LAMINA_BUILD_EXAMPLES"] = self._testing
        toolchain.cache_variables["LAMINA_BUILD_BENCH"] = False
        toolchain.cache_variables["LAMINA_NATIVE"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        if self._testing:
            cmake.build()
        if self._testing and can_run(self):
            # The package is tested by test_package, not from inside its own build.
            cmake.ctest(["--output-on-failure", "-LE", '"package|refuses"'])

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        # The package ships its own lamina-config.cmake: one file with and without Conan, which checks components.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "lamina")]
        self.cpp_info.bindirs, self.cpp_info.libdirs = [], []
