// lamina/graph/checkpoint.hpp: models, optimizers and plain values in one file, and back to the bit.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/nearest.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/text.hpp>
#include <lamina/graph/safetensors.hpp>
#include <lamina/graph/stored_values.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina {

/// What a checkpoint keeps, by name: `Checkpoint checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}, {"epoch", epoch}};`
///
/// Kept are variables, an optimizer's step and slots, and all plain values (numbers, texts, enumerators, optionals and vectors of them) in
/// aggregates of any depth; a class of another kind takes part with a member `for_each_state(f)` that calls `f(name, part)`, as Random
/// does. fit orders its samples by seed and step, so that the optimizer's step is the shuffling's state too; a learning rate that is a
/// schedule is a function of that step. The things are referred to and have to stay where they are.
class Checkpoint {
public:
    /// A name and the thing that is kept under it.
    class Part {
    public:
        template <class Thing>
        Part(std::string called, Thing& thing)
            : name(std::move(called)),
              collect([&thing](const std::string& path, StoredState& to) { detail::collect_state(thing, path, to); })
        {
            static_assert(!std::is_const_v<Thing>, "lamina: a checkpoint restores what it keeps, so that cannot be const");
        }

    private:
        friend class Checkpoint;
        std::string name;
        std::function<void(const std::string&, StoredState&)> collect;
    };

    Checkpoint(std::initializer_list<Part> given) : parts(given) {}

    /// Writes everything to a file, which is whole or not there. `notes` are kept beside it, see `Checkpoint::notes`.
    ///
    /// Refuses   an unbound variable, and two things of one name.
    LAMINA_ONCE void save(const FilePath& path, const std::map<std::string, std::string>& notes = {}) const
    {
        const StoredState state = collected();
        safetensors::named_records tensors;
        for (const auto& [name, numbers] : state.tensors) tensors.emplace_back(name, numbers);
        if (const auto name = repeated({state.values, [](const auto& value) { return std::string_view(value.path); }});
            name.data())
            fail({path.string(), ": two values would have the name \"", name, "\"; rename one"});
        safetensors::named_texts metadata{{"format", format}};
        for (const auto& value : state.values) metadata.push_back({value_key + value.path, value.write(value.at)});
        for (const auto& [name, text] : notes) metadata.push_back({note_key + name, text});
        safetensors::write(path, tensors, std::move(metadata));
    }

    /// Reads everything back. Checks the whole file first. Things in the file that have a name of their own, which is none of these, are
    /// passed over: `Checkpoint{{"model", model}}` takes the model alone.
    ///
    /// Refuses   a file that is no checkpoint, one that lacks something or has more, other shapes and other types: all of it in one
    ///           error, and then nothing has changed.
    void restore(const FilePath& path) const { restore(safetensors::read(path), path.string()); }

    /// The same from the bytes of a file; `called` is what errors call it.
    LAMINA_ONCE void restore(const safetensors::contents& file, std::string_view called) const
    {
        require_checkpoint(file.metadata, called);
        const StoredState state = collected();
        Problems problems;
        auto sources = tensors_for(state, file, problems);
        const auto texts = values_for(state, file, problems);
        problems.refuse(called);

        // From here on nothing can fail but memory for texts and lists, so they come first.
        for (std::size_t i = 0; i < texts.size(); ++i) state.values[i].read(state.values[i].at, *texts[i]);
        for (std::size_t i = 0; i < sources.size(); ++i) safetensors::copy(file.data(*sources[i]), *state.tensors[i].numbers);
    }

    /// The notes that a file was saved with; its numbers are not read.
    LAMINA_ONCE static std::map<std::string, std::string> notes(const FilePath& path)
    {
        const auto metadata = safetensors::read_metadata(path);
        require_checkpoint(metadata, path.string());
        std::map<std::string, std::string> found;
        for (const auto& [key, text] : metadata)
            if (key.starts_with(note_key)) found.emplace(key.substr(note_key.size()), text);
        return found;
    }

private:
    static constexpr const char* format = "lamina checkpoint";
    inline static const std::string value_key = "value:", note_key = "note:";

    /// What is wrong with a file, all of it.
    struct Problems {
        std::string text;
        std::size_t count = 0;

        template <class... Words>
        void add(const Words&... words)
        {
            if (++count <= 20) append(text, {words..., "; "});
        }
        void refuse(std::string_view called) const
        {
            if (count == 0) return;
            if (count > 20) fail({called, ": ", text, "and ", count - 20, " more; nothing was restored"});
            fail({called, ": ", text,
                  "nothing was restored; was it saved by another program, or before the optimizer was compiled?"});
        }
    };

    /// Whether a path belongs to one of the parts.
    bool is_asked_for(std::string_view path) const
    {
        for (const auto& part : parts)
            if (path.starts_with(part.name) && (path.size() == part.name.size() || path[part.name.size()] == '/')) return true;
        return false;
    }

    StoredState collected() const
    {
        StoredState state;
        for (const auto& part : parts) part.collect(part.name, state);
        return state;
    }

    [[gnu::cold]] static void require_checkpoint(const safetensors::named_texts& metadata, std::string_view called)
    {
        const auto found = find(metadata, "format"), version = find(metadata, "version");
        if (!found || *found != format) fail({called, ": is no checkpoint; Checkpoint::save writes one"});
        if (!version || *version != "1")
            fail({called, ": is a checkpoint of another version, this lamina reads version \"1\"; use a newer lamina"});
    }

    /// The tensor of the file for each of the state's.
    [[gnu::cold]] std::vector<const safetensors::stored_tensor*>
    tensors_for(const StoredState& state, const safetensors::contents& file, Problems& problems) const
    {
        std::map<std::string_view, const safetensors::stored_tensor*> stored;
        for (const auto& tensor : file.tensors) stored.emplace(tensor.name, &tensor);
        std::vector<const safetensors::stored_tensor*> sources;
        for (const auto& [path, numbers] : state.tensors) {
            const auto found = stored.find(path);
            sources.push_back(found == stored.end() ? nullptr : found->second);
            if (found == stored.end()) {
                problems.add("the file has no \"", path, '"');
                continue;
            }
            const auto& tensor = *found->second;
            if (!safetensors::fits(tensor, numbers->type(), numbers->extents()))
                problems.add('"', path, "\" is ", tensor, " in the file, the program needs ",
                             safetensors::type_of(numbers->type()), ' ', numbers->extents());
            stored.erase(found);
        }
        for (const auto& [name, tensor] : stored)
            if (is_asked_for(name)) problems.add("the program has no \"", name, '"');
        return sources;
    }

    /// The text of the file for each of the state's values.
    [[gnu::cold]] std::vector<const std::string*> values_for(const StoredState& state, const safetensors::contents& file,
                                                             Problems& problems) const
    {
        std::map<std::string_view, const std::string*> stored;
        for (const auto& [key, text] : file.metadata) stored.emplace(key, &text);
        std::size_t known = 0;
        std::vector<const std::string*> texts;
        for (const auto& value : state.values) {
            const auto found = stored.find(value_key + value.path);
            texts.push_back(found == stored.end() ? nullptr : found->second);
            if (!texts.back()) problems.add("the file has no value \"", value.path, '"');
            else if (++known; !value.read(nullptr, *texts.back()))
                problems.add("the value \"", value.path, "\" is \"", texts.back()->substr(0, 40), "\", it has to be ",
                             value.kind);
        }
        std::size_t in_file = 0;
        for (const auto& [key, text] : file.metadata)
            in_file += key.starts_with(value_key) && is_asked_for(std::string_view(key).substr(value_key.size())) ? 1 : 0;
        if (in_file != known) problems.add("the file has ", in_file - known, " values that the program does not know");
        return texts;
    }

    std::vector<Part> parts;
};

} // namespace lamina
