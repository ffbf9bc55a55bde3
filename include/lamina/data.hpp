// lamina/data.hpp: input pipelines: files, generators and tensors as datasets, the transformations of these, data sets that are ready. Needs zlib,
// protozero and fast-cpp-csv-parser (lamina::data). Rows of .npz files, which need libzip, are in lamina/data/sources/npz_rows.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/any_dataset.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/example.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/mnist.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/sources/class_folders.hpp>
#include <lamina/data/sources/csv.hpp>
#include <lamina/data/sources/generator.hpp>
#include <lamina/data/sources/list_files.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/sources/tensors.hpp>
#include <lamina/data/sources/text_lines.hpp>
#include <lamina/data/sources/tfrecord.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/formats/tfrecord.hpp>
#include <lamina/formats/tfrecord_file.hpp>
