// lamina/graph/graph.hpp: a map of names to stored records.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/safetensors.hpp>
#include <lamina/graph/stored_numbers.hpp>
#include <lamina/models/build.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

/// Owns records by name. A variable bound to one of them says "unbound" once the graph has let it go: by `erase`, by
/// `reset`, or by its end. None of these may happen while another thread uses a model that is bound to the graph.
class Graph {
public:
    Graph() = default;
    Graph(Graph&& other) noexcept { records.swap(other.records); }
    Graph& operator=(Graph&& other) noexcept
    {
        if (this != &other) {
            reset();
            records.swap(other.records);
        }
        return *this;
    }
    ~Graph() { reset(); }

    std::size_t size() const { return records.size(); }
    bool contains(std::string_view name) const { return records.find(name) != records.end(); }

    /// All names, sorted.
    std::vector<std::string> names() const
    {
        std::vector<std::string> result;
        for (const auto& [name, kept] : records) result.push_back(name);
        return result;
    }

    /// The record of a name, or null.
    std::shared_ptr<record> find(std::string_view name) const
    {
        const auto found = records.find(name);
        return found == records.end() ? nullptr : found->second;
    }

    /// `for (const auto& [name, record] : graph)`, sorted by name.
    auto begin() const { return records.begin(); }
    auto end() const { return records.end(); }

    /// A new record, filled with zeros. Refuses a name that is taken.
    std::shared_ptr<record> add(const std::string& name, const shape& extents, number type)
    {
        refuse_taken(name);
        return records[name] = make_record(name, extents, type);
    }

    /// Gives a record another name; what is bound to it stays so. Refuses a name that is not there, or one that is taken.
    void rename(std::string_view from, const std::string& to)
    {
        const auto found = records.find(from);
        if (found == records.end()) fail({"graph: there is no \"", from, "\" to be renamed; names() lists what there is"});
        if (from == to) return;
        refuse_taken(to);
        auto node = records.extract(found);
        node.key() = node.mapped()->name = to;
        records.insert(std::move(node));
    }

    /// Releases one record. Returns whether there was one.
    bool erase(std::string_view name)
    {
        const auto found = records.find(name);
        if (found == records.end()) return false;
        found->second->release();
        records.erase(found);
        return true;
    }

    /// Releases all records.
    void reset() noexcept
    {
        for (const auto& [name, kept] : records) kept->release();
        records.clear();
    }

    /// A new model, whose variables are stored here: `graph.build<MnistModel>("mnist", Seed{1})`.
    template <class Model>
    Model build(const std::string& prefix, Seed seed = {})
    {
        Model model = lamina::build<Model>(seed);
        adopt(variables_of(model), prefix);
        return model;
    }

    /// Writes all records to a safetensors file, which is whole or not there; names of frozen ones are its metadata.
    void save(const FilePath& path) const;

    /// A graph with the tensors of a safetensors file, from wherever it comes. Half-precision numbers, booleans and short integers
    /// become float32, longer integers float64.
    ///
    /// Refuses   a type that has no such equal, an integer that float64 does not hold, more than six axes.
    static Graph load(const FilePath& path) { return of(safetensors::read(path), path.string()); }

    /// The same from the bytes of a file that is checked; `called` is what errors call it.
    static Graph of(const safetensors::contents& file, std::string_view called);

    /// Binds every variable of a model to a new record, `prefix/path`. A variable that was bound takes its values along
    /// (one that shared its record has its own from now on), others are zero. Refuses a name that is taken, and then
    /// neither the graph nor the model has changed.
    template <class Model>
    void bind(Model& model, const std::string& prefix)
    {
        bind(variables_of(model), prefix);
    }

private:
    void bind(const std::vector<FoundVariable>& variables, const std::string& prefix)
    {
        std::vector<std::shared_ptr<record>> made;
        for (const auto& [path, variable] : variables) {
            const auto name = name_under(prefix, path);
            refuse_taken(name);
            const auto& needs = variable->needs();
            made.push_back(make_record(name, needs.extents, needs.type));
            if (!variable->bound()) continue;
            std::memcpy(made.back()->data<std::byte>(), variable->storage()->data<std::byte>(),
                        made.back()->stored_size() * bytes_of(needs.type));
            made.back()->trainable = variable->storage()->trainable;
        }
        if (const auto path = repeated({variables, path_of}); path.data())
            fail({"graph: two variables would have the name \"", prefix.empty() ? "" : prefix + '/', path,
                  "\"; name one with Name<\"…\">"});
        for (std::size_t i = 0; i < variables.size(); ++i) {
            variables[i].variable->bind(made[i]);
            records[made[i]->name] = made[i];
        }
    }

    /// Stores the records of a model that was just built, where each is one variable's alone.
    void adopt(const std::vector<FoundVariable>& variables, const std::string& prefix)
    {
        for (const auto& [path, variable] : variables) refuse_taken(name_under(prefix, path));
        for (const auto& [path, variable] : variables) {
            const auto& kept = variable->storage();
            kept->name = name_under(prefix, path);
            records[kept->name] = kept;
        }
    }

    static std::string name_under(const std::string& prefix, const std::string& path)
    {
        return prefix.empty() ? path : path.empty() ? prefix : prefix + '/' + path;
    }

    void refuse_taken(std::string_view name) const
    {
        if (contains(name)) fail({"graph: there is already a \"", name, "\"; choose another name, or erase it first"});
    }

    std::map<std::string, std::shared_ptr<record>, std::less<>> records;
};

namespace detail {
inline constexpr const char* frozen_key = "frozen"; ///< in a file's metadata, names on lines of their own
}

LAMINA_ONCE inline void Graph::save(const FilePath& path) const
{
    safetensors::named_records tensors(records.begin(), records.end());
    std::string frozen;
    for (const auto& [name, kept] : records)
        if (!kept->trainable) append(frozen, {frozen.empty() ? "" : "\n", name});
    safetensors::named_texts metadata;
    if (!frozen.empty()) metadata.push_back({detail::frozen_key, frozen});
    safetensors::write(path, tensors, std::move(metadata));
}

LAMINA_ONCE inline Graph Graph::of(const safetensors::contents& file, std::string_view called)
{
    Graph graph;
    for (const auto& tensor : file.tensors) {
        const auto where = std::string(called) + ": \"" + tensor.name + '"';
        if (tensor.shape.size() > shape::max_rank)
            fail({where, " has ", tensor.shape.size(), " axes, at most ", shape::max_rank,
                  " are possible; reshape it before it is saved"});
        shape extents;
        for (const std::size_t extent : tensor.shape) extents.push_back(extent);
        safetensors::copy_converted(tensor.type, file.data(tensor),
                                    *graph.add(tensor.name, extents, safetensors::number_for(tensor.type, where)), where);
    }
    if (const auto frozen = safetensors::find(file.metadata, detail::frozen_key))
        for (std::string_view rest = *frozen; !rest.empty();) {
            const auto name = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(name.size() + 1, rest.size()));
            if (const auto kept = graph.find(name)) kept->trainable = false;
        }
    return graph;
}

} // namespace lamina
