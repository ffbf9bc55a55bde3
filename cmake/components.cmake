# cmake/components.cmake: the components of lamina, and the packages that each needs. Read by the project itself, by the installed package
# and by Conan's editable one. A component stands in the first line as soon as there is a header that needs it.
set(LAMINA_COMPONENTS zlib json tensorboard numpy pytorch keras lite data images)
set(LAMINA_zlib_NEEDS ZLIB)
set(LAMINA_json_NEEDS nlohmann_json)
set(LAMINA_tensorboard_NEEDS protozero)
set(LAMINA_numpy_NEEDS lamina_libzip)
set(LAMINA_pytorch_NEEDS lamina_libzip)
set(LAMINA_keras_NEEDS lamina_libzip ZLIB nlohmann_json)
set(LAMINA_lite_NEEDS lamina_flatbuffers)
set(LAMINA_data_NEEDS ZLIB protozero lamina_csv_parser)
set(LAMINA_images_NEEDS PNG JPEG)
