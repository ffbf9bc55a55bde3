// lamina/graph/checkpoint.hpp: models, optimizers and plain values in one file, and back to the bit.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/frozen.hpp>
#include <lamina/graph/model_part.hpp>
#include <lamina/graph/problems.hpp>
#include <lamina/graph/stored_values.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What a checkpoint keeps, by name: `Checkpoint checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}, {"epoch", epoch}};`
///
/// Kept are variables and whether they are trained, an optimizer's step and slots, and all plain values (numbers, texts, enumerators, optionals and vectors of them) in
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
            : name(std::move(called)), collect([&thing](const std::string& path, internals::StoredState& to) {
                  internals::collect_state(thing, path, to);
              })
        {
            static_assert(!std::is_const_v<Thing>, "lamina: a checkpoint restores what it keeps, so that cannot be const");
        }

    private:
        friend class Checkpoint;
        std::string name;
        std::function<void(const std::string&, internals::StoredState&)> collect;
    };

    Checkpoint(std::initializer_list<Part> given) : parts(given) {}

    /// Writes everything to a file, which is whole or not there. `notes` are kept beside it, see `Checkpoint::notes`.
    ///
    /// Refuses   an unbound variable, and two things of one name.
    LAMINA_OUTLINED void save(const internals::FilePath& path, const std::map<std::string, std::string>& notes = {}) const
    {
        const internals::StoredState state = collected();
        if (const auto name = internals::repeated({state.values, [](const auto& value) { return std::string_view(value.path); }});
            name.data())
            internals::fail({path.string(), ": two values would have the name \"", name, "\"; rename one"});
        protocols::named_texts metadata{{"format", std::string(internals::checkpoint_format)}};
        protocols::named_records variables;
        for (const std::size_t i : state.variables) variables.push_back(state.tensors[i]);
        metadata.push_back({internals::frozen_key, internals::frozen_names(variables)});
        for (const auto& value : state.values)
            metadata.push_back({internals::text_of({value_key, value.path}), value.write(value.at)});
        for (const auto& [name, text] : notes) metadata.push_back({internals::text_of({note_key, name}), text});
        safetensors::write(path, state.tensors, std::move(metadata));
    }

    /// Reads everything back. Checks the whole file first. Things in the file that have a name of their own, which is none of these, are
    /// passed over: `Checkpoint{{"model", model}}` takes the model alone.
    ///
    /// Refuses   a file that is no checkpoint, one that lacks something or has more, other shapes and other types: all of it in one
    ///           error, and then nothing has changed.
    /// Numbers of other types are converted if that is asked for: `restore(path, {.convert = true})`.
    void restore(const internals::FilePath& path, const LoadOptions& how = {}) const { restore(safetensors::read(path), how); }

    /// The same from a file that was read.
    LAMINA_OUTLINED void restore(const protocols::tensor_file& file, const LoadOptions& how = {}) const
    {
        require_checkpoint(file.metadata, file.name);
        internals::check_arrays(file);
        const internals::StoredState state = collected();
        internals::Problems problems;
        const auto sources = tensors_for(state, file, problems, how);
        const auto texts = values_for(state, file, problems);
        if (problems.count > 0)
            problems.refuse(file.name,
                            internals::text_of({"nothing was restored; ",
                                                problems.only_types()
                                                    ? problems.advice("restore(path, {.convert = true})")
                                                    : "was it saved by another program, or before the optimizer was compiled?"}));
        for (std::size_t i = 0; i < sources.size(); ++i)
            internals::require_convertible(*sources[i], state.tensors[i].numbers->type(),
                                           internals::text_of({file.name, ": \"", state.tensors[i].name, '"'}));
        const std::string* const frozen = find(file.metadata, internals::frozen_key); // null: saved by an older lamina
        std::vector<std::size_t> are_frozen;
        for (std::size_t i = 0; frozen && i < state.variables.size(); ++i)
            if (internals::is_frozen(frozen, state.tensors[state.variables[i]].name)) are_frozen.push_back(state.variables[i]);

        // From here on nothing can fail but memory for texts and lists, so they come first.
        for (std::size_t i = 0; i < texts.size(); ++i) state.values[i].read(state.values[i].at, *texts[i]);
        for (std::size_t i = 0; i < sources.size(); ++i)
            internals::copy_converted(*sources[i], *state.tensors[i].numbers, file.name);
        for (std::size_t i = 0; frozen && i < state.variables.size(); ++i)
            state.tensors[state.variables[i]].numbers->trainable = true;
        for (const std::size_t i : are_frozen) state.tensors[i].numbers->trainable = false;
    }

    /// The notes that a file was saved with; its numbers are not read.
    LAMINA_OUTLINED static std::map<std::string, std::string> notes(const internals::FilePath& path)
    {
        const auto metadata = safetensors::read_metadata(path);
        require_checkpoint(metadata, path.string());
        std::map<std::string, std::string> found;
        for (const auto& [key, text] : metadata)
            if (key.starts_with(note_key)) found.emplace(key.substr(note_key.size()), text);
        return found;
    }

private:
    static constexpr std::string_view value_key = "value:", note_key = "note:";

    /// Whether a path belongs to one of the parts.
    bool is_asked_for(std::string_view path) const
    {
        for (const auto& part : parts)
            if (path.starts_with(part.name) && (path.size() == part.name.size() || path[part.name.size()] == '/')) return true;
        return false;
    }

    internals::StoredState collected() const
    {
        internals::StoredState state;
        for (const auto& part : parts) part.collect(part.name, state);
        return state;
    }

    [[gnu::cold]] static void require_checkpoint(const protocols::named_texts& metadata, std::string_view called)
    {
        const auto found = find(metadata, "format"), version = find(metadata, "version");
        if (!found || *found != internals::checkpoint_format)
            internals::fail({called, ": is no checkpoint; Checkpoint::save writes one"});
        if (!version || *version != "1")
            internals::fail(
                {called, ": is a checkpoint of another version, this lamina reads version \"1\"; use a newer lamina"});
    }

    /// The tensor of the file for each of the state's.
    [[gnu::cold]] std::vector<const protocols::file_tensor*> tensors_for(const internals::StoredState& state,
                                                                         const protocols::tensor_file& file,
                                                                         internals::Problems& problems,
                                                                         const LoadOptions& how) const
    {
        std::map<std::string_view, const protocols::file_tensor*> stored;
        for (const auto& tensor : file.tensors) stored.emplace(tensor.name, &tensor);
        std::vector<const protocols::file_tensor*> sources;
        for (const auto& [path, numbers] : state.tensors) {
            const auto found = stored.find(path);
            sources.push_back(found == stored.end() ? nullptr : found->second);
            if (!sources.back()) {
                problems.add({"the file has no \"", path, '"', problems.nearest_to(path, [&](const auto& look) {
                                  for (const auto& [name, tensor] : stored) look(name);
                              })});
                continue;
            }
            problems.require_fit(path, *sources.back(), numbers->type(), numbers->extents(), how.convert,
                                 " in the file, the program needs ");
            stored.erase(found);
        }
        for (const auto& [name, tensor] : stored)
            if (is_asked_for(name)) problems.add({"the program has no \"", name, '"'});
        return sources;
    }

    /// The text of the file for each of the state's values.
    [[gnu::cold]] std::vector<const std::string*>
    values_for(const internals::StoredState& state, const protocols::tensor_file& file, internals::Problems& problems) const
    {
        std::map<std::string_view, const std::string*> stored;
        for (const auto& [key, text] : file.metadata) stored.emplace(key, &text);
        std::size_t known = 0;
        std::vector<const std::string*> texts;
        for (const auto& value : state.values) {
            const auto found = stored.find(internals::text_of({value_key, value.path}));
            texts.push_back(found == stored.end() ? nullptr : found->second);
            if (!texts.back()) problems.add({"the file has no value \"", value.path, '"'});
            else if (++known; !value.read(nullptr, *texts.back()))
                problems.add(
                    {"the value \"", value.path, "\" is \"", texts.back()->substr(0, 40), "\", it has to be ", value.kind});
        }
        std::size_t in_file = 0;
        for (const auto& [key, text] : file.metadata)
            in_file += key.starts_with(value_key) && is_asked_for(std::string_view(key).substr(value_key.size())) ? 1 : 0;
        if (in_file != known) problems.add({"the file has ", in_file - known, " values that the program does not know"});
        return texts;
    }

    std::vector<Part> parts;
};

}} // namespace lamina
