// lamina/data/transforms/cache_file.hpp: elements that are made once and kept in a file, for later passes and later runs.
//
// The file is a TFRecord file. Its first record is "lamina cache 1 " and the elements' types and shapes as text; then comes a record for each
// element, which is an 'e' and the element's bytes (data/stored_element.hpp); the last is an 'z' and the number of elements (64 bits).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/stored_element.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/formats/tfrecord.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

inline constexpr std::string_view cache_mark = "lamina cache 1 ";

/// Writes a file of elements, which is there when it is whole.
class CacheWriter {
public:
    [[gnu::cold]] CacheWriter(const std::string& path, std::string_view type) : file(path)
    {
        record = cache_mark;
        record += type;
        write();
    }

    template <class E> void write_element(const E& e)
    {
        record.assign(1, 'e');
        internals::store_element(record, e);
        write();
        ++count;
    }

    [[gnu::cold]] void commit()
    {
        record.assign(1, 'z');
        store_length(record, count);
        write();
        file.commit();
    }

private:
    void write()
    {
        framed.clear();
        append_record(framed, record);
        file.write(framed);
    }

    AtomicFile file;
    std::string record, framed;
    std::uint64_t count = 0;
};

/// Reads such a file. Where it is damaged there is nothing behind that.
class CacheReader {
public:
    [[gnu::cold]] CacheReader(const std::string& path, std::string_view type)
        : name(path), bytes(path, path), frames(path, {.largest = ~std::size_t{0}})
    {
        char first[12];
        const bool has_records = is_record_head({first, bytes.read(first, sizeof first)});
        bytes.restart();
        if (!has_records || !frames.next(bytes, record) || !record.starts_with(cache_mark))
            fail({name, ": is no cache of elements; choose another file, or delete this one"});
        const std::string_view found = std::string_view(record).substr(cache_mark.size());
        if (found != type)
            fail({name, ": holds elements of types and shapes ", found, ", this dataset's are ", type,
                  "; delete the file, so that it is made anew, or choose another"});
    }

    template <class E> bool next(E& to)
    {
        if (!find()) return false;
        StoredBytes of{std::string_view(record).substr(1)};
        internals::restore_element(to, of);
        if (of.damaged || !of.left.empty()) refuse();
        return true;
    }

    /// Finds the next record of an element.
    bool find()
    {
        if (std::exchange(ended, true)) return false; // unless all goes well
        if (!frames.next(bytes, record))
            fail({name, ": is cut off behind element ", count, "; delete the file, so that it is made anew"});
        const char kind = record.empty() ? '\0' : record[0];
        if (kind == 'z') {
            StoredBytes of{std::string_view(record).substr(1)};
            if (of.length() != count || !of.left.empty()) refuse();
            return false;
        }
        if (kind != 'e') refuse();
        ended = false;
        ++count;
        return true;
    }

private:
    [[noreturn, gnu::cold]] void refuse()
    {
        ended = true;
        fail({name, ": element ", count, " is damaged; delete the file, so that it is made anew"});
    }

    std::string name;
    PlainBytes bytes;
    RecordFrames frames;
    std::string record;
    std::uint64_t count = 0;
    bool ended = false;
};

template <Dataset S> struct CacheFileDataset {
    using element = element_of<S>;

    class Cursor {
    public:
        Cursor(const S& from, const std::string& path)
        {
            if (what_is_at(path) != at_path::nothing) reader = std::make_unique<CacheReader>(path, stored_type<element>());
            else {
                writer = std::make_unique<CacheWriter>(path, stored_type<element>());
                source.emplace(from.open(Pass{}));
            }
        }

        bool next(element& to)
        {
            if (reader) return reader->next(to);
            if (ended) return false;
            try {
                if (source->next(to)) {
                    if (writer) writer->write_element(to);
                    return true;
                }
                ended = true;
                if (writer) writer->commit();
            }
            catch (...) {
                writer.reset(); // the pass is not whole, and leaves no file
                throw;
            }
            writer.reset();
            return false;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!reader) return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            std::uint64_t done = 0;
            try {
                while (done < n && reader->find()) ++done;
            }
            catch (...) { // nothing is behind it
            }
            return done;
        }
        bool skips_places() const { return reader != nullptr; }

    private:
        std::unique_ptr<CacheReader> reader;
        std::unique_ptr<CacheWriter> writer;
        std::optional<cursor_of<S>> source;
        bool ended = false;
    };

    S source;
    std::string path;

    [[gnu::cold]] Cursor open(Pass) const { return {source, path}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(source); }
};

} // namespace internals

/// Keeps the elements in a file: the first pass that is read to its end and in which nothing is thrown writes it, and later passes, and later
/// runs of the program, read from it. A pass that ends before leaves no file.
///
/// What it keeps is the source's pass 0, as of `cache()`. The file does not know how its elements came to be: delete it where that changes.
/// Several passes at the same time are possible; each writes a file of its own, and one of them stays.
/// Refuses  elements that point to memory of others (`Row`), at compile time; a file of other elements or other content, or a damaged one,
///          by `lamina::error`, behind which nothing comes
///
/// Example  const auto made_once = range(100) | map([](std::int64_t i) { return i * i; }) | cache("squares.cache");
[[gnu::cold]] inline auto cache(internals::FilePath file)
{
    return internals::Transform{[path = file.string()]<Dataset S>(S source) {
        constexpr bool fits = internals::storable<internals::element_of<S>>::answer();
        static_assert(fits, "lamina: cache(file) takes numbers, tensors, texts, lists, tuples and structs of these, no Row; map "
                            "elements to these");
        if constexpr (fits) return internals::CacheFileDataset<S>{std::move(source), path};
        else return source;
    }};
}

}} // namespace lamina
