// lamina/graph/traced/trace.hpp: graph.trace: runs a function on symbols and keeps what it computes as nodes.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/graph/traced/node.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/tracer.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

template <class X> inline constexpr bool is_placeholder = false;
template <class T, std::ptrdiff_t... E> inline constexpr bool is_placeholder<Placeholder<T, E...>> = true;

/// Never true: its argument is the error message.
template <class Field> inline constexpr bool is_a_field_of_a_graph = false;

/// Takes the nodes of a trace that failed out again.
class NodesSoFar {
public:
    explicit NodesSoFar(NodeList& of) : list(of), size(of.size()) {}
    ~NodesSoFar()
    {
        if (!whole) list.cut(size);
    }
    NodesSoFar(const NodesSoFar&) = delete;
    NodesSoFar& operator=(const NodesSoFar&) = delete;
    void keep_all() { whole = true; }

private:
    NodeList& list;
    std::size_t size;
    bool whole = false;
};

template <class Fields, class F> Fields trace_fields(NodeList& list, const std::string& name, const F& f)
{
    if (tensors::tracing) fail({"trace: \"", name, "\" is traced inside of another trace; trace one after the other"});
    if (list.find_scope(name)) fail({"trace: the graph has a \"", name, "\" already; choose another name"});
    Fields fields{};
    NodesSoFar nodes(list);
    GradientTape tape({.persistent = true});
    Tracer tracer(list, text_of({name, name.empty() ? "" : "/"}), &tape);
    for_each_field(fields, [&](std::string_view field, auto& part) {
        using P = std::remove_cvref_t<decltype(part)>;
        if constexpr (is_placeholder<P>)
            part = P(tracer.placeholder(field, stored_types::dtype_of<typename P::value_type>, P::extents));
        else
            static_assert(std::is_same_v<P, Node> || is_a_field_of_a_graph<P>,
                          "lamina: the fields of a traced struct are Placeholder<…> and Node");
    });
    f(fields);
    for_each_field(fields, [&](std::string_view field, auto& part) {
        using P = std::remove_cvref_t<decltype(part)>;
        if constexpr (std::is_same_v<P, Node>) {
            if (!part) fail({"trace: the field \"", field, "\" of \"", name, "\" was given no value"});
            part = list[tracer.place_of(part)].form;
        }
        else part = P(list[tracer.place_of(part)].form);
    });
    nodes.keep_all();
    return fields;
}

}}} // namespace lamina::internals::graphs
