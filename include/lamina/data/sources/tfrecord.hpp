// lamina/data/sources/tfrecord.hpp: the records of TFRecord files, plain, gzip or zlib.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/sources/files_dataset.hpp>
#include <lamina/formats/packed_bytes.hpp>
#include <lamina/formats/tfrecord.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `tfrecord` reads.
struct TFRecordSourceOptions {
    Compression compression = Compression::automatic;
    std::size_t largest = std::size_t{1} << 30; ///< bytes: a record that claims more is refused
    bool check = true; ///< whether checksums are compared; without, damage may be read as if it were data
};

namespace internals {

/// How records are packed. The length of a plain record may look like gzip or zlib, but then its checksum fits.
[[gnu::cold]] inline Compression compression_of_records(std::string_view first)
{
    if (is_record_head(first)) return Compression::none;
    return begins_as_gzip(first) ? Compression::gzip : begins_as_zlib(first) ? Compression::zlib : Compression::none;
}

class PackedRecords {
public:
    using element = std::string;
    using options_type = TFRecordSourceOptions;

    [[gnu::cold]] PackedRecords(const std::string& path, const TFRecordSourceOptions& how)
        : bytes(path, how.compression, compression_of_records), frames(path, {how.largest, how.check})
    {}

    bool next(std::string& record) { return frames.next(bytes, record); }
    bool skip() { return frames.skip(bytes); }

private:
    PackedBytes bytes;
    RecordFrames frames;
};

} // namespace internals

/// The records of TFRecord files, one after another, each a std::string, whose memory goes round.
///
/// A file is plain, gzip or zlib; that is found out by its first bytes, whatever it is called. Elements that are skipped are passed over by
/// their lengths: of a plain file their bytes are not read, and their checksums are not compared, so that what cannot be read counts as well.
///
/// Options  `compression`, if it is not to be found out; `largest`, in bytes, 2^30 unless said; `check`, whether checksums are compared
/// Refuses  a file that is missing, damaged or cut off: `next` throws `lamina::error` with the file's name and the byte, of what is unpacked,
///          at which the record begins. Behind a record whose own checksum is wrong it goes on with the next one, behind all else with
///          the next file.
/// Source   tensorflow/core/lib/io/record_writer.h, TensorFlow 2.21
///
/// Example  auto records = tfrecord({"digits-0.tfrecord", "digits-1.tfrecord.gz"}, {.largest = 1 << 20});
[[gnu::cold]] inline internals::FilesDataset<internals::PackedRecords> tfrecord(Files files, TFRecordSourceOptions options = {})
{
    return {std::move(files), options};
}

}} // namespace lamina
