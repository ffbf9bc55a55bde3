// lamina/formats/tfrecord.hpp: reads and writes TFRecord files: records of any bytes, one after another, each with its checksums.
//
// A record is the number of its bytes (64 bits), the masked CRC-32C of that number, the bytes, and their masked CRC-32C; all little-endian.
// Source: tensorflow/core/lib/io/record_writer.h, TensorFlow 2.21. What a record holds, such as a tf.Example, is no business of this file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/file_place.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/crc32c.hpp>
#include <lamina/formats/plain_bytes.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How records are read.
struct TFRecordOptions {
    std::size_t largest = std::size_t{1} << 30; ///< bytes: a record that claims more is refused
    bool checksums = true;                      ///< whether they are compared; without, damage may be read as if it were data
};

namespace internals {

/// Appends a record to bytes in memory.
inline void append_record(std::string& to, std::string_view record)
{
    const std::uint64_t length = record.size();
    char head[12];
    std::memcpy(head, &length, 8);
    const std::uint32_t of_length = masked_crc32c({head, 8}), of_record = masked_crc32c(record);
    std::memcpy(head + 8, &of_length, 4);
    to.append(head, 12).append(record);
    std::memcpy(head, &of_record, 4);
    to.append(head, 4);
}

/// Whether 12 bytes are what goes before a record: its length and the checksum of that.
[[gnu::cold]] inline bool is_record_head(std::string_view bytes)
{
    if (bytes.size() < 12) return false;
    std::uint32_t sum;
    std::memcpy(&sum, bytes.data() + 8, 4);
    return sum == masked_crc32c(bytes.substr(0, 8));
}

/// Takes records out of bytes that come one after another. `Bytes` reads as `PlainBytes` does.
class RecordFrames {
public:
    RecordFrames(std::string_view called, TFRecordOptions how) : name(called), options(how)
    {
        options.largest = std::min(options.largest, ~std::size_t{0} / 2); // so that no sum of lengths is beyond bounds
    }

    std::uint64_t position() const { return at; }

    template <class Bytes> bool next(Bytes& bytes, std::string& record)
    {
        std::uint64_t length;
        if (!begin(bytes, length)) return false;
        record.clear();
        for (std::size_t have = 0; have < length;) { // memory grows with what is there, not with what is claimed
            const std::size_t wanted = std::min<std::size_t>(length - have, block);
            record.resize(have + wanted);
            if (bytes.read(record.data() + have, wanted) < wanted) refuse_the_rest();
            have += wanted;
        }
        char sum[4];
        if (bytes.read(sum, 4) < 4) refuse_the_rest();
        const std::uint64_t here = end(length);
        if (!fits(record, sum))
            fail({name, ": the record at byte ", here, " has a wrong checksum; the file is damaged, so copy it again"});
        return true;
    }

    /// Passes over a record and says whether there was one. Its bytes are not looked at, nor is their checksum.
    template <class Bytes> bool skip(Bytes& bytes)
    {
        std::uint64_t length;
        if (!begin(bytes, length)) return false;
        if (!bytes.skip(length + 4)) refuse_the_rest();
        end(length);
        return true;
    }

private:
    static constexpr std::size_t block = std::size_t{1} << 20;

    /// Reads what goes before a record: whether there is one, and how long it is. Until `end`, there is none after it.
    template <class Bytes> bool begin(Bytes& bytes, std::uint64_t& length)
    {
        if (ended) return false;
        ended = true;
        char head[12];
        const std::size_t begun = bytes.read(head, sizeof head);
        if (begun == 0) return false;
        if (begun < sizeof head) refuse_the_rest();
        std::memcpy(&length, head, 8);
        if (!fits({head, 8}, head + 8)) refuse_length(head);
        if (length > options.largest)
            fail({name, ": the record at byte ", at, " claims ", length, " bytes, at most ", options.largest,
                  " are read; is it a TFRecord file?"});
        return true;
    }

    /// Gives where the record that was read began.
    std::uint64_t end(std::uint64_t length)
    {
        ended = false;
        return std::exchange(at, at + length + 16);
    }

    bool fits(std::string_view bytes, const char* stored) const
    {
        std::uint32_t sum;
        std::memcpy(&sum, stored, 4);
        return !options.checksums || sum == masked_crc32c(bytes);
    }

    [[noreturn, gnu::cold]] void refuse_the_rest() const
    {
        fail({name, ": the record at byte ", at, " is cut off; copy the file again"});
    }

    [[noreturn, gnu::cold]] void refuse_length(const char* head) const
    {
        const auto first = static_cast<unsigned char>(head[0]), second = static_cast<unsigned char>(head[1]);
        const bool gzip = first == 0x1f && second == 0x8b, zlib = first == 0x78 && (first * 256 + second) % 31 == 0;
        if (at == 0 && (gzip || zlib))
            fail({name, ": is compressed by ", gzip ? "gzip" : "zlib",
                  ", a plain TFRecord file was needed; unpack it first, or read it by tfrecord of lamina/data.hpp"});
        fail({name, ": the record at byte ", at, " has a wrong checksum of its length; ",
              at == 0 ? "is it a TFRecord file?" : "the file is damaged, so copy it again"});
    }

    std::string name;
    TFRecordOptions options;
    std::uint64_t at = 0;
    bool ended = false;
};

} // namespace internals

/// Reads the records of a plain TFRecord file from front to back. Nothing is allocated for a record that is no longer than those before.
///
/// Options  TFRecordOptions: `largest`, in bytes, 2^30 unless said; `checksums`.
/// Refuses  a file that is missing or cut off, a checksum that is wrong, a record that is too large: throws `lamina::error` with the file's
///          name and the byte at which the record begins. Behind a record whose own checksum is wrong `next` goes on with the one after
///          it; behind all else there is no finding the next one, and `next` gives false.
/// Example  TFRecordReader reader("digits.tfrecord"); for (std::string record; reader.next(record);) record.size();
class TFRecordReader {
public:
    explicit TFRecordReader(const internals::FilePath& path, const TFRecordOptions& options = {})
        : bytes(path, path.string()), frames(path.string(), options)
    {}

    /// Puts the next record in place of what `record` held, and says whether there was one.
    bool next(std::string& record) { return frames.next(bytes, record); }

    /// The byte of the file at which the next record begins.
    std::uint64_t position() const { return frames.position(); }

private:
    internals::PlainBytes bytes;
    internals::RecordFrames frames;
};

/// Writes records to a TFRecord file, in place of a file that is there. What is in the file is whole records at any time: they are written
/// together, 64 KiB or one record at a time, and what does not fit on the disk is taken back. Links are followed; a device or a pipe is
/// written to as the bytes come.
///
/// Refuses  what is no place for a file; a disk that is full: throws `lamina::error` with the file's name. What was not written then stays in
///          memory, and the next `flush` tries again (a pipe that broke gets no more of it).
/// Example  TFRecordWriter writer("numbers.tfrecord"); writer.write("one"); writer.close();
class TFRecordWriter {
public:
    LAMINA_OUTLINED explicit TFRecordWriter(const internals::FilePath& path) : name(path.string())
    {
        const auto place = internals::place_for(name);
        stream = place.stream;
        file.reset(stream ? internals::open_stream(place) : std::fopen(name.c_str(), "wb"));
        if (!file)
            internals::fail({name, ": cannot be opened (", std::strerror(errno), "); choose a place where a file can be made"});
        std::setvbuf(file.get(), nullptr, _IONBF, 0); // only whole records leave this object
    }

    TFRecordWriter(const TFRecordWriter&) = delete;
    TFRecordWriter& operator=(const TFRecordWriter&) = delete;

    /// Writes what is left, and is silent about a full disk: `close` is not.
    LAMINA_OUTLINED ~TFRecordWriter()
    {
        if (file) write_waiting();
    }

    /// Appends a record of any bytes, none included.
    void write(std::string_view record)
    {
        require_open();
        internals::append_record(waiting, record);
        if (waiting.size() >= 65536) flush();
    }

    /// Hands all records to the system, so that whoever reads the file sees them.
    LAMINA_OUTLINED void flush()
    {
        require_open();
        if (write_waiting()) return;
        internals::fail({name, ": the records cannot be written (", std::strerror(errno), ")",
                         stream ? "" : "; those before are in the file, whole"});
    }

    /// The same, and then the file takes no more records.
    LAMINA_OUTLINED void close()
    {
        flush();
        if (std::fclose(file.release()) != 0) internals::fail({name, ": cannot be written (", std::strerror(errno), ")"});
    }

private:
    void require_open() const
    {
        if (!file) internals::fail({name, ": was closed and takes no more records; open another file"});
    }

    /// Whether all was written. Else the file ends where it ended before, and `errno` says why.
    [[gnu::cold]] bool write_waiting()
    {
        if (std::fwrite(waiting.data(), 1, waiting.size(), file.get()) == waiting.size()) {
            written += waiting.size();
            waiting.clear();
            return true;
        }
        const int problem = errno;
        std::clearerr(file.get());
        if (stream) waiting.clear(); // nobody knows how much of it has gone
        else {
            internals::cut_file(name, written);
            std::fseek(file.get(), static_cast<long>(written), SEEK_SET);
        }
        errno = problem;
        return false;
    }

    std::string name, waiting;
    std::unique_ptr<std::FILE, internals::CloseFile> file;
    std::uintmax_t written = 0;
    bool stream = false;
};

}} // namespace lamina
