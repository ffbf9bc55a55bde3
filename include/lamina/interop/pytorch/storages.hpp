// lamina/interop/pytorch/storages.hpp: PyTorch's files taken apart: the values of their pickle, and the storages in which numbers lie.
//
// Source: PyTorch, torch/serialization.py of versions 1.13 and 2.15.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/formats/pickle/reader.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/zip.hpp>
#include <lamina/interop/pytorch/names.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

static_assert(std::endian::native == std::endian::little,
              "lamina/interop/pytorch/storages.hpp copies little-endian numbers as they are");

/// Bytes of a storage, and what they lie in.
struct Storage {
    std::string_view bytes;
    std::shared_ptr<const internals::file_bytes> owner;
};

/// A file of `torch.save`, as a zip archive (since version 1.6) or in the form before.
class Storages {
public:
    pickle::Values values;

    /// `called` is what errors call the file.
    [[gnu::cold]] Storages(std::string bytes, std::string_view called, pickle::name_judge knows) : file(called), judge(knows)
    {
        if (bytes.starts_with("PK")) read_archive(std::move(bytes));
        else if (bytes.starts_with('\x80')) read_legacy(std::move(bytes));
        else if (std::string_view(bytes).substr(0, 512).find("ustar") != bytes.npos)
            refuse("is a tar archive, as PyTorch before 0.1.10 wrote; load it with PyTorch and save it again");
        else refuse("is no file of torch.save, neither a zip archive nor a pickle; is it another file?");
    }

    /// The storage of a key. An entry of an archive is unpacked when it is asked for first.
    [[gnu::cold]] const Storage& find(const std::string& key)
    {
        if (const auto found = known.find(key); found != known.end()) return found->second;
        const zipped::entry* const entry = archive ? archive->find(internals::text_of({prefix, "data/", key})) : nullptr;
        if (!entry) internals::fail({file, ": lacks the storage \"", key, "\"; the file is damaged, so copy it again"});
        Storage made;
        made.owner = internals::keep_bytes(archive->read(*entry));
        made.bytes = made.owner->text;
        return known.emplace(key, std::move(made)).first->second;
    }

private:
    [[noreturn, gnu::cold]] void refuse(const char* why) const { internals::fail({file, ": ", why}); }

    [[gnu::cold]] void read_archive(std::string bytes)
    {
        archive = std::make_unique<zipped::Archive>(std::move(bytes), file);
        constexpr std::string_view pickled = "/data.pkl";
        const zipped::entry* main = nullptr;
        for (const auto& entry : archive->entries()) {
            const std::size_t slash = entry.name.find('/');
            if (slash == entry.name.npos) continue;
            const auto rest = std::string_view(entry.name).substr(slash);
            if (rest == "/constants.pkl")
                refuse("is a TorchScript archive, whose code is not read; save model.state_dict() with torch.save");
            if (rest != pickled) continue;
            if (main) refuse("holds two models; save one a file");
            main = &entry;
        }
        if (!main) refuse("is a zip archive without data.pkl; was it written by torch.save?");
        prefix = main->name.substr(0, main->name.size() - pickled.size() + 1);
        if (const auto* const order = archive->find(prefix + "byteorder"); order && archive->read(*order) != "little")
            refuse("was written by a big-endian machine; load it with PyTorch and save it on another");
        values = pickle::Reader(archive->read(*main), file, judge).read();
    }

    /// Five pickles, the fourth of which is the object and the fifth the keys of its storages; these follow, each behind its count.
    [[gnu::cold]] void read_legacy(std::string bytes)
    {
        const auto owner = internals::keep_bytes(std::move(bytes));
        std::string_view rest = owner->text;
        const auto next = [&] {
            pickle::Reader reader(rest, file, judge);
            auto read = reader.read();
            rest = reader.after();
            return read;
        };
        constexpr std::string_view magic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
        if (const auto first = next(); first.top().is != pickle::kind::integer || first.top().text != magic)
            refuse("is a pickle, but none of torch.save; save the model's state_dict() with torch.save");
        if (const auto second = next(); second.top().is != pickle::kind::integer || second.top().number != 1001)
            refuse("is of a version of PyTorch's old format that is not known; load it with PyTorch and save it again");
        const auto machine = next();
        const auto* const little = machine.find(machine.top(), "little_endian");
        if (!little || little->number != 1)
            refuse("was written by a big-endian machine; load it with PyTorch and save it on another");
        values = next();
        const auto keys = next();

        std::map<std::string, std::size_t, std::less<>> widths;
        for (const auto& value : values.all) {
            if (value.is != pickle::kind::persistent) continue;
            const auto& id = values[value.items[0]];
            if (id.is != pickle::kind::tuple || id.items.size() < 3) continue;
            const auto &type = values[id.items[1]], &key = values[id.items[2]];
            const auto* const numbers = type.text.starts_with("torch ") ? find_type(type.text.substr(6)) : nullptr;
            if (numbers && numbers->known) widths[key.text] = internals::bytes_of(numbers->type);
        }
        for (const pickle::place at : keys.top().items) {
            const std::string& key = keys[at].text;
            const auto width = widths.find(key);
            std::uint64_t count = 0;
            if (width == widths.end())
                refuse(
                    "holds a storage of numbers that are not read, or of none of its tensors; load it with PyTorch and save it "
                    "as float32");
            if (rest.size() < 8) refuse("ends before its storages; copy the file again");
            std::memcpy(&count, rest.data(), 8);
            rest.remove_prefix(8);
            if (count > rest.size() / width->second) refuse("ends in a storage; copy the file again");
            known[key] = {rest.substr(0, static_cast<std::size_t>(count) * width->second), owner};
            rest.remove_prefix(static_cast<std::size_t>(count) * width->second);
        }
    }

    std::string file, prefix;
    pickle::name_judge judge;
    std::unique_ptr<zipped::Archive> archive;
    std::map<std::string, Storage, std::less<>> known;
};

}}} // namespace lamina::pytorch::detail
