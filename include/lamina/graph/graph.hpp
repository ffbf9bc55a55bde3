// lamina/graph/graph.hpp: a map of names to stored records.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/frozen.hpp>
#include <lamina/graph/graph_nodes.hpp>
#include <lamina/models/build.hpp>

#include <cstddef>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

inline namespace LAMINA_ARCHITECTURE { // of graphs that compute: graph/traced.hpp
class AnyTensor;
class Feed;
class Fetch;
} // namespace LAMINA_ARCHITECTURE

/// Owns records by name, and the nodes of computations that were traced. A variable bound to one of them says "unbound" once the graph has let it go: by `erase`, by
/// `reset`, or by its end. None of these may happen while another thread uses a model that is bound to the graph.
class Graph {
public:
    LAMINA_TAGGED Graph() = default;
    LAMINA_TAGGED Graph(Graph&& other) noexcept
    {
        records.swap(other.records);
        computed.swap(other.computed);
    }
    LAMINA_TAGGED Graph& operator=(Graph&& other) noexcept
    {
        if (this != &other) {
            reset();
            records.swap(other.records);
            computed.swap(other.computed);
        }
        return *this;
    }
    LAMINA_TAGGED ~Graph() { reset(); }

    LAMINA_TAGGED std::size_t size() const { return records.size(); }
    LAMINA_TAGGED bool contains(std::string_view name) const { return records.find(name) != records.end(); }

    /// All names, sorted.
    LAMINA_TAGGED std::vector<std::string> names() const
    {
        std::vector<std::string> result;
        for (const auto& [name, kept] : records) internals::add_to(result, name);
        return result;
    }

    /// The record of a name, or null.
    LAMINA_TAGGED std::shared_ptr<stored_types::record> find(std::string_view name) const
    {
        const auto found = records.find(name);
        return found == records.end() ? nullptr : found->second;
    }

    /// `for (const auto& [name, record] : graph)`, sorted by name.
    LAMINA_TAGGED auto begin() const { return records.begin(); }
    LAMINA_TAGGED auto end() const { return records.end(); }

    /// A new record, filled with zeros. Refuses a name that is taken.
    LAMINA_TAGGED std::shared_ptr<stored_types::record> add(const std::string& name, const Shape& extents, dtype type)
    {
        refuse_taken(name);
        return keep(internals::make_record(name, extents, type));
    }

    /// Gives a record another name; what is bound to it stays so. Refuses a name that is not there, or one that is taken.
    LAMINA_TAGGED void rename(std::string_view from, const std::string& to)
    {
        const auto found = records.find(from);
        if (found == records.end())
            internals::fail({"graph: there is no \"", from, "\" to be renamed; names() lists what there is"});
        if (from == to) return;
        refuse_taken(to);
        auto node = records.extract(found);
        node.key() = node.mapped()->name = to;
        records.insert(std::move(node));
    }

    /// Releases one record. Returns whether there was one.
    LAMINA_TAGGED bool erase(std::string_view name)
    {
        const auto found = records.find(name);
        if (found == records.end()) return false;
        found->second->release();
        records.erase(found);
        return true;
    }

    /// Releases all records, and lets go of the nodes.
    LAMINA_TAGGED void reset() noexcept
    {
        for (const auto& [name, kept] : records) kept->release();
        records.clear();
        computed.reset();
    }

    /// A new model, whose variables are stored here: `graph.build<MnistModel>("mnist", Seed{1})`.
    template <class Model> LAMINA_TAGGED Model build(const std::string& prefix, Seed seed = {})
    {
        Model model = lamina::build<Model>(seed);
        adopt(internals::variables_of(model), prefix);
        return model;
    }

    /// Writes all records, of any type, to a safetensors file, which is whole or not there; names of frozen ones are its metadata.
    LAMINA_TAGGED void save(const internals::FilePath& path) const;

    /// A graph with the tensors of a safetensors file, from wherever it comes, each of the type that it has in the file. Nodes that the
    /// file has are kept as a text, and `save` writes them again; to run them, name the families of their ops.
    ///
    /// Refuses   a type that lamina has not, more than six axes.
    LAMINA_TAGGED static Graph load(const internals::FilePath& path) { return of(safetensors::read(path)); }

    /// The same with all numbers in one type, as the fields of a model need them: `Graph::load(path, dtype::float32)`.
    ///
    /// Refuses   also what that type cannot hold: a real number that would become infinite, an integer that would be rounded, and one
    ///           that float64 does not hold. The type has to be float32 or float64.
    LAMINA_TAGGED static Graph load(const internals::FilePath& path, dtype all) { return of(safetensors::read(path), &all); }

    /// The same with the nodes of traced graphs, whose ops are in these families: `Graph::load<families::core, families::images>(path)`,
    /// #include <lamina/graph/runner.hpp>.
    ///
    /// Refuses   what graph/traced/load.hpp says; nothing runs before the whole file was found to be sound.
    template <class Family, class... More> LAMINA_TAGGED static Graph load(const internals::FilePath& path);

    /// The same from arrays of any format, which its reader gives.
    LAMINA_TAGGED static Graph of(const protocols::tensor_file& file, const dtype* all = nullptr);

    /// Binds every variable of a model to a new record, `prefix/path`. A variable that was bound takes its values along
    /// (one that shared its record has its own from now on), others are zero. Refuses a name that is taken, and then
    /// neither the graph nor the model has changed.
    template <class Model> LAMINA_TAGGED void bind(Model& model, const std::string& prefix)
    {
        bind(internals::variables_of(model), prefix);
    }

    /// Runs f(fields) on symbols and keeps what it computes as nodes, whose names begin with `name`: #include <lamina/graph/traced.hpp>.
    /// Not while another thread runs the graph.
    template <class Fields, class F> LAMINA_TAGGED Fields trace(const std::string& name, const F& f);

    /// Runs what a fetch needs, and gives its value: `graph.run(digits.loss, {{digits.x, x}, {digits.y, y}})`.
    LAMINA_TAGGED AnyTensor run(const Fetch& fetch, std::initializer_list<Feed> feeds = {});
    LAMINA_TAGGED std::vector<AnyTensor> run(std::initializer_list<Fetch> fetches, std::initializer_list<Feed> feeds = {});

    /// The nodes, or null where nothing was traced.
    LAMINA_TAGGED const std::shared_ptr<internals::GraphNodes>& nodes() const { return computed; }
    LAMINA_TAGGED void set_nodes(std::shared_ptr<internals::GraphNodes> to) { computed = std::move(to); }

private:
    LAMINA_TAGGED void bind(const std::vector<internals::FoundVariable>& variables, const std::string& prefix)
    {
        std::vector<std::shared_ptr<stored_types::record>> made;
        for (const auto& [path, variable] : variables) {
            const auto name = name_under(prefix, path);
            refuse_taken(name);
            const auto& needs = variable->needs();
            internals::add_to(made, internals::make_record(name, needs.extents, needs.type, needs.as));
            if (!variable->bound()) continue;
            std::memcpy(made.back()->data<std::byte>(), variable->storage()->data<std::byte>(),
                        made.back()->stored_size() * internals::bytes_of(needs.type));
            made.back()->trainable = variable->storage()->trainable;
        }
        if (const auto path = internals::repeated({variables, internals::path_of}); path.data())
            internals::fail({"graph: two variables would have the name \"", prefix, prefix.empty() ? "" : "/", path,
                             "\"; name one with Name<\"…\">"});
        for (std::size_t i = 0; i < variables.size(); ++i) {
            variables[i].variable->bind(made[i]);
            keep(made[i]);
        }
    }

    /// Stores the records of a model that was just built, where each is one variable's alone.
    LAMINA_TAGGED void adopt(const std::vector<internals::FoundVariable>& variables, const std::string& prefix)
    {
        for (const auto& [path, variable] : variables) refuse_taken(name_under(prefix, path));
        for (const auto& [path, variable] : variables) {
            const auto& kept = variable->storage();
            kept->name = name_under(prefix, path);
            keep(kept);
        }
    }

    LAMINA_TAGGED static std::string name_under(const std::string& prefix, const std::string& path)
    {
        return internals::text_of({prefix, prefix.empty() || path.empty() ? "" : "/", path});
    }

    /// Under its name. (Spelled out here, as what a map of shared types does would be one function for all objects.)
    LAMINA_TAGGED [[gnu::flatten, gnu::noinline]] const std::shared_ptr<stored_types::record>&
    keep(const std::shared_ptr<stored_types::record>& made)
    {
        return records[made->name] = made;
    }

    LAMINA_TAGGED void refuse_taken(std::string_view name) const
    {
        if (contains(name)) internals::fail({"graph: there is already a \"", name, "\"; choose another name, or erase it first"});
    }

    std::map<std::string, std::shared_ptr<stored_types::record>, std::less<>> records;
    std::shared_ptr<internals::GraphNodes> computed;
};

} // namespace lamina

namespace lamina {

LAMINA_OUTLINED inline void Graph::save(const internals::FilePath& path) const
{
    protocols::named_records tensors;
    for (const auto& [name, kept] : records) tensors.push_back({name, kept});
    protocols::named_texts metadata;
    if (computed) computed->store(tensors, metadata);
    if (std::string frozen = internals::frozen_names(tensors); !frozen.empty())
        metadata.push_back({internals::frozen_key, std::move(frozen)});
    safetensors::write(path, tensors, std::move(metadata));
}

LAMINA_OUTLINED inline Graph Graph::of(const protocols::tensor_file& file, const dtype* all)
{
    if (all && !internals::is_of_variables(*all))
        internals::fail({file.name, ": is to be read as ", internals::name_of(*all),
                         ", and models have float32 and float64; ask for one of these, or for no type"});
    internals::check_arrays(file);
    Graph graph;
    const std::string* const frozen = protocols::find(file.metadata, internals::frozen_key);
    for (const auto& tensor : file.tensors) {
        const auto where = internals::text_of({file.name, ": \"", tensor.name, '"'});
        if (tensor.shape.size() > Shape::max_rank)
            internals::fail({where, " has ", tensor.shape.size(), " axes, at most ", Shape::max_rank,
                             " are possible; reshape it before it is saved"});
        if (!tensor.foreign.empty())
            internals::fail(
                {where, " is of type ", tensor.foreign, ", which is not read; convert it to float32 before it is saved"});
        Shape extents;
        for (const std::size_t extent : tensor.shape) extents.push_back(extent);
        const auto made = graph.add(tensor.name, extents, all ? *all : tensor.type);
        internals::copy_converted(tensor, *made, where);
        made->trainable = !internals::is_frozen(frozen, tensor.name);
    }
    if (const std::string* const text = protocols::find(file.metadata, internals::nodes_key))
        graph.set_nodes(std::make_shared<internals::NodesAsText>(*text));
    return graph;
}

} // namespace lamina
