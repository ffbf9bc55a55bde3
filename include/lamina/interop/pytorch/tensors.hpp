// lamina/interop/pytorch/tensors.hpp: the tensors of a file of PyTorch as arrays: strided, shared, of any type.
//
// Source: PyTorch, torch/_utils.py of versions 1.13 and 2.15: _rebuild_tensor and its kin.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/pytorch/names.hpp>
#include <lamina/interop/pytorch/storages.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// Where the numbers of a tensor lie.
struct TensorPlace {
    std::string storage; ///< its key
    number_type type{};
    std::size_t offset = 0; ///< in numbers, as the strides
    std::vector<std::size_t> sizes{}, strides{};

    /// Whether they lie one after another in C order.
    [[gnu::cold]] bool is_dense() const
    {
        std::size_t step = 1;
        for (std::size_t axis = sizes.size(); axis-- > 0; step *= sizes[axis])
            if (sizes[axis] != 1 && strides[axis] != step) return false;
        return true;
    }
};

/// Makes arrays of the tensors of a file.
class Tensors {
public:
    /// `called` is what errors call the file.
    [[gnu::cold]] Tensors(std::string bytes, std::string_view called, pickle::name_judge judge)
        : file(called), size(bytes.size()), content(std::move(bytes), called, judge)
    {}

    const std::string& name() const { return file; }
    const pickle::Values& values() const { return content.values; }

    /// The object of which PyTorch would make a tensor, behind what makes it a parameter; null where there is none.
    [[gnu::cold]] const pickle::Value* find(const pickle::Value& value) const
    {
        const pickle::Value* at = &value;
        for (std::size_t i = 0; at && i < 4; ++i) {
            const std::string_view made_by = values().class_of(*at);
            if (made_by.starts_with("torch._utils _rebuild_parameter")) at = values().argument(*at, 0);
            else return made_by.starts_with("torch._utils _rebuild_") ? at : nullptr;
        }
        return nullptr;
    }

    /// The array of a value that `find` finds. Numbers that lie as they are needed share the bytes of their storage.
    [[gnu::cold]] protocols::file_tensor read(const pickle::Value& value, std::string called)
    {
        protocols::file_tensor made;
        made.name = std::move(called);
        const TensorPlace where = place_of(value, made.name);
        made.type = where.type.type;
        made.shape = where.sizes;
        if (!where.type.known) made.foreign = where.type.word;
        if (!where.type.known || internals::contains(made.shape, std::size_t{0})) return made;

        const Storage& storage = content.find(where.storage);
        const std::size_t width = internals::bytes_of(made.type),
                          count = count_of(where, storage.bytes.size() / width, made.name);
        if (where.is_dense()) {
            made.bytes = storage.bytes.substr(where.offset * width, count * width);
            made.owner = storage.owner;
            return made;
        }
        copied += count * width; // strides of zero repeat numbers
        if (copied > most_of(size)) refuse({'"', made.name, "\" has more numbers than the file can justify; it is no model"});
        made.owner = internals::keep_bytes(gathered(storage.bytes, where, width, count));
        made.bytes = made.owner->text;
        return made;
    }

private:
    static constexpr std::size_t most_axes = 16;
    static constexpr std::int64_t largest = std::int64_t{1} << 40;

    /// The bytes that all arrays of a file may have together that do not lie in it as they are.
    static std::size_t most_of(std::size_t size) { return 64 * size + 4096; }

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> why) const
    {
        internals::fail({file, ": ", internals::text_of(why)});
    }
    [[noreturn, gnu::cold]] void damaged(std::string_view called, const char* what) const
    {
        refuse({'"', called, "\" ", what, "; the file is damaged, so copy it again"});
    }

    /// Sizes or strides, as a tuple of numbers.
    [[gnu::cold]] std::vector<std::size_t> numbers_of(const pickle::Value* tuple, std::string_view called) const
    {
        if (!tuple || tuple->is != pickle::kind::tuple || tuple->items.size() > most_axes)
            damaged(called, "is made of no sizes and strides");
        std::vector<std::size_t> numbers;
        for (const pickle::place at : tuple->items) {
            const pickle::Value& number = values()[at];
            if (number.is != pickle::kind::integer || number.number < 0 || number.number > largest)
                damaged(called, "has a size or a stride that is none");
            numbers.push_back(static_cast<std::size_t>(number.number));
        }
        return numbers;
    }

    [[gnu::cold]] TensorPlace place_of(const pickle::Value& value, std::string_view called) const
    {
        const pickle::Value* const made = find(value);
        if (!made) refuse({'"', called, "\" is no tensor"});
        const pickle::Value *const storage = values().argument(*made, 0), *const offset = values().argument(*made, 1);
        if (!storage || storage->is != pickle::kind::persistent || !offset || offset->is != pickle::kind::integer ||
            offset->number < 0 || offset->number > largest)
            damaged(called, "is made of no storage and offset");
        TensorPlace where;
        where.offset = static_cast<std::size_t>(offset->number);
        where.sizes = numbers_of(values().argument(*made, 2), called);
        where.strides = numbers_of(values().argument(*made, 3), called);
        if (where.sizes.size() != where.strides.size()) damaged(called, "has more sizes than strides, or fewer");
        read_storage(values()[storage->items[0]], values().argument(*made, 6), where, called);
        return where;
    }

    /// Reads a storage's id, ("storage", type, key, device, count); where the storage has no type the tensor names its own.
    [[gnu::cold]] void read_storage(const pickle::Value& id, const pickle::Value* own_type, TensorPlace& to,
                                    std::string_view called) const
    {
        if (id.is != pickle::kind::tuple || id.items.size() < 5 || !values()[id.items[0]].is_text("storage") ||
            values()[id.items[2]].is != pickle::kind::text)
            damaged(called, "lies in no storage");
        if (id.items.size() > 5 && values()[id.items[5]].is != pickle::kind::none)
            refuse({'"', called, "\" lies in a part of a storage, as PyTorch before 0.4 wrote; load it there and save it again"});
        const std::string_view storage = values()[id.items[1]].text;
        std::string_view type = storage;
        if (is_untyped_storage(storage)) type = own_type ? std::string_view(own_type->text) : std::string_view();
        const number_type* const found = type.starts_with("torch ") ? find_type(type.substr(6)) : nullptr;
        if (!found) refuse({'"', called, "\" holds numbers of type \"", type, "\", which is not known; save it as float32"});
        to.type = *found;
        to.storage = values()[id.items[2]].text;
    }

    /// The number of elements, where all of them lie in the storage.
    [[gnu::cold]] std::size_t count_of(const TensorPlace& where, std::size_t have, std::string_view called) const
    {
        std::size_t count = 1, last = where.offset;
        for (std::size_t axis = 0; axis < where.sizes.size(); ++axis) {
            if (where.sizes[axis] > most_of(size) / count)
                refuse({'"', called, "\" has more numbers than the file can justify; it is no model"});
            count *= where.sizes[axis];
            const std::size_t steps = where.sizes[axis] - 1, stride = where.strides[axis];
            if (last >= have || (stride > 0 && steps > (have - 1 - last) / stride)) last = have;
            else last += steps * stride;
        }
        if (last >= have) damaged(called, "reaches beyond its storage");
        return count;
    }

    /// The numbers in C order.
    [[gnu::cold]] static std::string gathered(std::string_view storage, const TensorPlace& where, std::size_t width,
                                              std::size_t count)
    {
        std::string bytes(count * width, '\0');
        std::vector<std::size_t> index(where.sizes.size(), 0);
        std::size_t at = where.offset;
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(bytes.data() + i * width, storage.data() + at * width, width);
            for (std::size_t axis = index.size(); axis-- > 0;) {
                at += where.strides[axis];
                if (++index[axis] < where.sizes[axis]) break;
                at -= index[axis] * where.strides[axis];
                index[axis] = 0;
            }
        }
        return bytes;
    }

    std::string file;
    std::size_t size, copied = 0;
    Storages content;
};

}}} // namespace lamina::pytorch::detail
