// lamina/graph/field_map.hpp: which field of a model is stored under which name, as JSON, and fields bound by it.
//
// Needs nlohmann-json. A map is one JSON object of texts: {"head/kernel": "mnist/head/kernel"}.
#pragma once

#if !__has_include(<nlohmann/json.hpp>)
#include <lamina/graph/field_map.hpp needs nlohmann-json (Debian and Ubuntu: nlohmann-json3-dev, Conan: nlohmann_json)>
#endif

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/graph/field_pattern.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/holds_nodes.hpp>
#include <lamina/graph/problems.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// One renaming of paths: those that begin with `from` begin with `to` instead.
struct Renaming {
    std::string from, to;
};

/// The stored name of each field, sorted by field.
class FieldMap {
public:
    FieldMap() = default;
    FieldMap(std::initializer_list<std::pair<const std::string, std::string>> given) : names(given) {}

    std::size_t size() const { return names.size(); }
    auto begin() const { return names.begin(); }
    auto end() const { return names.end(); }
    bool operator==(const FieldMap&) const = default;

    /// The stored name of a field, or null.
    const std::string* find(std::string_view field) const
    {
        const auto found = names.find(field);
        return found == names.end() ? nullptr : &found->second;
    }

    /// Says where a field is stored, in place of what was said before.
    void set(std::string field, std::string stored) { names.insert_or_assign(std::move(field), std::move(stored)); }

    /// The same map with other fields, for a map that another program wrote: `renamed({{"dense_1/", "head/"}})`. Of several
    /// renamings that fit the first is taken. Refuses two fields that get one name.
    FieldMap renamed(const std::vector<Renaming>& rules) const
    {
        FieldMap result;
        for (const auto& [field, stored] : names)
            if (!result.names.emplace(rename(field, rules), stored).second)
                internals::fail(
                    {"field map: the renamings give two fields the name \"", rename(field, rules), "\"; make them differ"});
        return result;
    }

    /// The same map with other stored names, for a graph that was saved by another program.
    FieldMap stored_renamed(const std::vector<Renaming>& rules) const
    {
        FieldMap result;
        for (const auto& [field, stored] : names) result.names.emplace(field, rename(stored, rules));
        return result;
    }

    /// The map as JSON. Refuses a name that is not UTF-8.
    std::string json() const
    {
        for (const auto& [field, stored] : names)
            for (std::string_view name : {std::string_view(field), std::string_view(stored)})
                for (; !name.empty(); name.remove_prefix(safetensors::detail::utf8_length(name)))
                    if (safetensors::detail::utf8_length(name) == 0)
                        internals::fail({"field map: a name is not UTF-8, which JSON needs; rename it"});
        return nlohmann::json(names).dump(2) + '\n';
    }

    /// A map from JSON; `called` is what errors call it. Refuses what is not one object of texts, and a field that comes twice.
    static FieldMap parse(std::string_view json, std::string_view called = "field map")
    {
        FieldMap read;
        Reader reader{read};
        const bool whole = nlohmann::json::sax_parse(json, &reader);
        const std::string& problem = reader.problem;
        if (!whole || !problem.empty())
            internals::fail({called, ": ", problem, "; a field map is written as {\"head/kernel\": \"mnist/head/kernel\"}"});
        return read;
    }

    static FieldMap read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

    /// Writes the JSON; the file is whole or not there.
    void write(const internals::FilePath& path) const { write_file_atomically(path, json()); }

private:
    /// What nlohmann-json calls while it reads: it throws nothing then, which a program without exceptions could not catch.
    struct Reader {
        using Json = nlohmann::json;

        FieldMap& read;
        std::string field{}, problem{};
        std::size_t depth = 0;

        bool null() { return other(); }
        bool boolean(bool) { return other(); }
        bool number_integer(Json::number_integer_t) { return other(); }
        bool number_unsigned(Json::number_unsigned_t) { return other(); }
        bool number_float(Json::number_float_t, const Json::string_t&) { return other(); }
        bool binary(Json::binary_t&) { return other(); }
        bool start_array(std::size_t) { return ++depth, other(); }
        bool end_array() { return --depth, true; }
        bool start_object(std::size_t) { return depth++ == 0 || other(); }
        bool end_object() { return --depth, true; }
        bool key(Json::string_t& name)
        {
            if (depth == 1) field = std::move(name);
            return true;
        }
        bool string(Json::string_t& text)
        {
            if (depth != 1) return other();
            if (!read.names.emplace(field, std::move(text)).second && problem.empty())
                internals::append(problem, {"names the field \"", field, "\" twice"});
            return true;
        }
        bool parse_error(std::size_t byte, const std::string&, const Json::exception& wrong)
        {
            problem = "is no JSON";
            if (wrong.id / 100 == 1) internals::append(problem, {" at byte ", byte}); // else a number that is too large
            return false;
        }

        bool other()
        {
            if (problem.empty()) problem = "holds something else than texts by name";
            return true;
        }
    };

    static std::string rename(const std::string& name, const std::vector<Renaming>& rules)
    {
        for (const auto& [from, to] : rules)
            if (name.starts_with(from)) return to + name.substr(from.size());
        return name;
    }

    std::map<std::string, std::string, std::less<>> names;
};

/// How `from_graph` binds.
struct FromGraph {
    internals::FieldPatterns fields{}; ///< only these; none for all that the map names
    bool partial = false;              ///< what the model or the graph does not have is left out; else it is an error
};

namespace internals {

/// Fields that are no variables: nodes of graphs (graph/traced/fields.hpp).
class OtherFields {
public:
    virtual std::size_t size() const = 0;
    virtual std::string_view path(std::size_t field) const = 0;
    virtual std::string stored_name(std::size_t field) const = 0; ///< refuses a field that is bound to nothing
    virtual bool stores(std::string_view name) const = 0;         ///< whether the graph has what such a field may be bound to
    virtual void show_names(NearestName& to) const = 0;           ///< of what it has
    virtual void judge(std::size_t field, const std::string& name, Problems& problems) = 0; ///< keeps what is to be bound
    virtual void bind() = 0;                                                                ///< all that was kept; cannot fail

protected:
    ~OtherFields() = default;
};

/// Which of the other fields a path is; their number if none.
[[gnu::cold]] inline std::size_t place_of(const OtherFields* others, std::string_view path)
{
    std::size_t i = 0;
    while (others && i < others->size() && others->path(i) != path) ++i;
    return i;
}

[[gnu::cold]] inline void add_paths(const OtherFields* others, std::vector<std::string_view>& to)
{
    for (std::size_t i = 0; others && i < others->size(); ++i) to.push_back(others->path(i));
}

[[gnu::cold]] inline FieldMap map_of(const std::vector<FoundVariable>& variables, const FieldPatterns& fields,
                                     const OtherFields* others = nullptr)
{
    auto paths = paths_of(variables);
    add_paths(others, paths);
    require_matches(fields, paths, "to_graph");
    FieldMap map;
    for (const auto& [path, variable] : variables) {
        if (!chosen_by(fields, path)) continue;
        if (!variable->bound()) refuse_unbound(*variable, path, "to_graph: ", "make the model with graph.build, or bind it,");
        map.set(path, variable->storage()->name);
    }
    for (std::size_t i = 0; others && i < others->size(); ++i)
        if (chosen_by(fields, others->path(i))) map.set(std::string(others->path(i)), others->stored_name(i));
    return map;
}

/// Finds all that is wrong before it binds anything. Gives the fields that were left out.
[[gnu::cold]] inline std::vector<std::string> bind_fields(std::vector<FoundVariable> variables, const FieldMap& map,
                                                          const Graph& graph, const FromGraph& how, OtherFields* others = nullptr)
{
    std::vector<std::string_view> fields;
    for (const auto& [field, name] : map) fields.push_back(field);
    require_matches(how.fields, fields, "from_graph");
    std::sort(variables.begin(), variables.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    const auto paths = paths_of(variables);

    Problems problems;
    std::vector<std::pair<AnyVariable*, std::shared_ptr<record>>> found;
    std::vector<std::string> left_out;
    for (const auto& [field, name] : map) {
        if (!chosen_by(how.fields, field)) continue;
        const auto place = std::lower_bound(paths.begin(), paths.end(), field);
        const bool known = place != paths.end() && *place == field;
        const std::size_t other = known ? 0 : place_of(others, field);
        const bool known_other = !known && others && other < others->size();
        const auto kept = known_other ? nullptr : graph.find(name);
        const bool stored = known_other ? others->stores(name) : kept != nullptr;
        if (how.partial && !((known || known_other) && stored)) left_out.push_back(field);
        else if (!known && !known_other)
            problems.add({"the model has no field \"", field, '"', problems.nearest_to(field, [&](const auto& look) {
                              std::vector<std::string_view> all = paths;
                              add_paths(others, all);
                              for (const auto path : all) look(path);
                          })});
        else if (!stored) {
            NearestName nearby{name};
            if (known_other) others->show_names(nearby);
            else
                for (const auto& [record_name, record] : graph) nearby.look_at(record_name);
            const std::string nearest(nearby.found);
            problems.add({"the graph has no \"", name, "\" for the field \"", field, '"',
                          nearest.empty() ? "" : " (the nearest is \"", nearest, nearest.empty() ? "" : "\")"});
        }
        else if (known_other) others->judge(other, name, problems);
        else {
            const auto& variable = *variables[static_cast<std::size_t>(place - paths.begin())].variable;
            const auto& needs = variable.needs();
            if (kept->type() == needs.type && kept->extents() == needs.extents) {
                found.emplace_back(const_cast<AnyVariable*>(&variable), kept);
                continue;
            }
            if (kept->extents() == needs.extents) problems.add_type(name_of(kept->type()), needs.type, true);
            problems.add({'"', name, "\" is ", name_of(kept->type()), ' ', kept->extents(), ", the field \"", field, "\" needs ",
                          name_of(needs.type), ' ', needs.extents});
        }
    }
    const auto needed = name_of(problems.needed_type());
    if (problems.count > 0 && problems.only_types())
        problems.refuse("from_graph", text_of({"nothing was bound; Graph::load(path, dtype::", needed,
                                               ") reads every number of a file as ", needed}));
    if (problems.count > 0) problems.refuse("from_graph", "nothing was bound; does the map belong to this model and this graph?");
    for (auto& [variable, kept] : found) variable->bind(std::move(kept));
    if (others) others->bind();
    return left_out;
}

} // namespace internals

/// The stored name of every field that is a variable, or of those chosen: `to_graph(model, {"head"})`. Plain data of the model is passed over.
///
/// Refuses   a variable that is unbound, and a pattern that fits no field.
template <class Model> LAMINA_OUTLINED FieldMap to_graph(const Model& model, const internals::FieldPatterns& fields = {})
{
    static_assert(!internals::graphs::holds_nodes<Model>() || internals::graphs::has_its_header<Model>,
                  "lamina: fields that are nodes of a graph need #include <lamina/graph/traced/fields.hpp>");
    return internals::map_of(internals::variables_of(model), fields);
}

/// Binds the fields that a map names to what a graph stores: nothing is copied, and the graph goes on owning it. Fields that the map
/// does not name stay as they are. Gives the fields that a partial binding left out.
///
/// Refuses   names that the model or the graph does not have (unless partial), other shapes and other types: all of them in one
///           error, with the nearest names, and then nothing was bound.
template <class Model>
LAMINA_OUTLINED std::vector<std::string> from_graph(Model& model, const FieldMap& map, Graph& graph, const FromGraph& how = {})
{
    static_assert(!internals::graphs::holds_nodes<Model>() || internals::graphs::has_its_header<Model>,
                  "lamina: fields that are nodes of a graph need #include <lamina/graph/traced/fields.hpp>");
    return internals::bind_fields(internals::variables_of(model), map, graph, how);
}

}} // namespace lamina
