// lamina/lite/layers/builder.hpp: builds the main subgraph of a file, operator by operator: what the writers of layers work with.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite {

/// The operators of the format and what their options say, for who writes a layer of one's own.
using Operation = internals::tflite::code;
using OperationOptions = internals::tflite::Options;

/// The extents of a tensor with the batch in front: [1, 28, 28, 6]. The batch is free, and says 1 here.
using Extents = std::vector<std::size_t>;

/// Builds a graph. A tensor is a number; what a function gives is the tensor that the operator writes.
///
/// Example  lite::OwnLayer doubled{"Doubled", [](lite::GraphBuilder& to, const lite::LayerCall& call) { return to.binary(lite::Operation::add, call.inputs[0], call.inputs[0]); }};
class GraphBuilder {
public:
    static constexpr std::size_t none = ~std::size_t{0};

    internals::tflite::Subgraph graph;
    std::string scope;                   ///< the path of the layer that is being written: tensors are named by it
    std::vector<std::string> problems{}; ///< what cannot be written

    const Extents& shape(std::size_t tensor) const { return graph.tensors[tensor].shape; }

    /// A constant of the layer: `kernel`.
    [[gnu::cold]] std::size_t constant(std::string_view name, Extents shape, const std::vector<float>& numbers)
    {
        return constant_of_type(name, std::move(shape), dtype::float32, internals::tflite::constant_of(numbers));
    }
    /// A single number.
    [[gnu::cold]] std::size_t number(double value)
    {
        const auto single = static_cast<float>(value);
        return constant_of_type("number", {}, dtype::float32, internals::tflite::constant_of(&single, 1));
    }
    /// Whole numbers, as axes and extents are given.
    [[gnu::cold]] std::size_t whole(std::string_view name, const std::vector<std::int32_t>& numbers)
    {
        return constant_of_type(name, {numbers.size()}, dtype::int32, internals::tflite::constant_of(numbers));
    }
    [[gnu::cold]] std::size_t whole_number(std::int32_t number)
    {
        return constant_of_type("number", {}, dtype::int32, internals::tflite::constant_of(&number, 1));
    }

    /// A tensor that an operator writes; its first axis is the batch.
    [[gnu::cold]] std::size_t tensor(std::string_view name, Extents shape, dtype type = dtype::float32)
    {
        internals::tflite::Tensor made;
        made.name = path_of(name);
        made.type = type;
        for (const std::size_t extent : shape) internals::add_to(made.signature, static_cast<std::ptrdiff_t>(extent));
        if (!shape.empty()) made.signature[0] = -1;
        made.shape = std::move(shape);
        return push(std::move(made));
    }

    /// An operator with one result.
    [[gnu::cold]] std::size_t add(Operation op, const std::vector<std::size_t>& inputs, Extents shape,
                                  OperationOptions options = {}, dtype type = dtype::float32)
    {
        const std::size_t made = tensor(lower(op), std::move(shape), type);
        append_operator(op, inputs, {made}, std::move(options));
        return made;
    }
    /// An operator with several results of one shape.
    [[gnu::cold]] std::vector<std::size_t> add_several(Operation op, const std::vector<std::size_t>& inputs, std::size_t count,
                                                       const Extents& shape, OperationOptions options = {},
                                                       dtype type = dtype::float32)
    {
        std::vector<std::size_t> made;
        for (std::size_t i = 0; i < count; ++i) internals::add_to(made, tensor(lower(op), shape, type));
        append_operator(op, inputs, made, std::move(options));
        return made;
    }
    [[gnu::cold]] void append_operator(Operation op, const std::vector<std::size_t>& inputs, std::vector<std::size_t> outputs,
                                       OperationOptions options)
    {
        internals::tflite::Operator made;
        made.op = op;
        for (const std::size_t from : inputs)
            internals::add_to(made.inputs, from == none ? internals::tflite::absent : static_cast<std::ptrdiff_t>(from));
        made.outputs = std::move(outputs);
        made.options = std::move(options);
        internals::add_to(graph.operators, std::move(made));
    }

    /// y = op(x), of the same shape.
    [[gnu::cold]] std::size_t unary(Operation op, std::size_t x, OperationOptions options = {})
    {
        return add(op, {x}, Extents(shape(x)), std::move(options));
    }
    /// y = op(a, b), of shapes that broadcast.
    [[gnu::cold]] std::size_t binary(Operation op, std::size_t a, std::size_t b, OperationOptions options = {},
                                     dtype type = dtype::float32)
    {
        return add(op, {a, b}, broadcast(shape(a), shape(b)), std::move(options), type);
    }
    [[gnu::cold]] std::size_t binary(Operation op, std::size_t a, std::size_t b, internals::tflite::fused activation)
    {
        OperationOptions options;
        options.activation = activation;
        return binary(op, a, b, std::move(options));
    }

    /// The same numbers in another shape; the extents are those behind the batch.
    [[gnu::cold]] std::size_t reshape(std::size_t x, const Extents& behind_batch)
    {
        std::vector<std::int32_t> given{-1};
        Extents made{1};
        std::size_t before = 1, after = 1;
        for (const std::size_t extent : shape(x)) before *= extent;
        for (const std::size_t extent : behind_batch) {
            internals::add_to(given, static_cast<std::int32_t>(extent));
            internals::add_to(made, extent);
            after *= extent;
        }
        made[0] = after > 0 ? before / after : 1;
        if (made == shape(x)) return x;
        OperationOptions options;
        options.new_shape = given;
        return add(Operation::reshape, {x, whole("shape", given)}, std::move(made), std::move(options), graph.tensors[x].type);
    }

    /// Axes in another order; 0 is the batch.
    [[gnu::cold]] std::size_t transpose(std::size_t x, const std::vector<std::int32_t>& order)
    {
        Extents made;
        for (const std::int32_t axis : order) internals::add_to(made, shape(x)[static_cast<std::size_t>(axis)]);
        return add(Operation::transpose, {x, whole("order", order)}, std::move(made));
    }

    /// A reduction over axes; 0 is the batch.
    [[gnu::cold]] std::size_t reduce(Operation op, std::size_t x, const std::vector<std::int32_t>& axes, bool keep_dims)
    {
        Extents made;
        for (std::size_t axis = 0; axis < shape(x).size(); ++axis) {
            const bool gone = internals::contains(axes, static_cast<std::int32_t>(axis));
            if (!gone) internals::add_to(made, shape(x)[axis]);
            else if (keep_dims) internals::add_to(made, 1);
        }
        OperationOptions options;
        options.keep_dims = keep_dims;
        return add(op, {x, whole("axes", axes)}, std::move(made), std::move(options));
    }

    /// A part of a tensor along some axes: `count` elements from `begin` on, each `step`th.
    struct Part {
        std::size_t axis, begin, count, step = 1;
    };
    [[gnu::cold]] std::size_t slice(std::size_t x, const std::vector<Part>& parts)
    {
        const std::size_t rank = shape(x).size();
        std::vector<std::int32_t> begin(rank, 0), end(rank, 0), step(rank, 1);
        Extents made = shape(x);
        OperationOptions options;
        for (std::size_t axis = 0; axis < rank; ++axis) end[axis] = static_cast<std::int32_t>(made[axis]);
        options.begin_mask = options.end_mask = 1; // all of the batch
        for (const Part& part : parts) {
            begin[part.axis] = static_cast<std::int32_t>(part.begin);
            end[part.axis] = static_cast<std::int32_t>(part.begin + (part.count - 1) * part.step + 1);
            step[part.axis] = static_cast<std::int32_t>(part.step);
            made[part.axis] = part.count;
        }
        if (made == shape(x)) return x;
        end[0] = 0;
        return add(Operation::strided_slice, {x, whole("begin", begin), whole("end", end), whole("step", step)}, std::move(made),
                   std::move(options), graph.tensors[x].type);
    }

    [[gnu::cold]] std::size_t concatenate(const std::vector<std::size_t>& parts, std::size_t axis)
    {
        if (parts.size() == 1) return parts[0];
        Extents made = shape(parts[0]);
        made[axis] = 0;
        for (const std::size_t part : parts) made[axis] += shape(part)[axis];
        OperationOptions options;
        options.axis = static_cast<std::int32_t>(axis);
        return add(Operation::concatenation, parts, std::move(made), std::move(options));
    }

    /// Zeros around a tensor: before and after, for each axis behind the batch; `lowest` instead where a maximum is taken of it.
    struct Sides {
        std::size_t before = 0, after = 0;
    };
    [[gnu::cold]] std::size_t pad(std::size_t x, const std::vector<Sides>& sides, bool lowest = false)
    {
        Extents made = shape(x);
        std::vector<std::int32_t> numbers(2 * made.size(), 0);
        for (std::size_t axis = 0; axis < sides.size(); ++axis) {
            numbers[2 * axis + 2] = static_cast<std::int32_t>(sides[axis].before);
            numbers[2 * axis + 3] = static_cast<std::int32_t>(sides[axis].after);
            made[axis + 1] += sides[axis].before + sides[axis].after;
        }
        if (made == shape(x)) return x;
        const std::size_t paddings =
            constant_of_type("paddings", {numbers.size() / 2, 2}, dtype::int32, internals::tflite::constant_of(numbers));
        if (!lowest) return add(Operation::pad, {x, paddings}, std::move(made));
        return add(Operation::padv2, {x, paddings, number(-3.4028234663852886e38)}, std::move(made));
    }

    /// condition ? a : b, of shapes that broadcast.
    [[gnu::cold]] std::size_t select(std::size_t condition, std::size_t a, std::size_t b)
    {
        return add(Operation::select_v2, {condition, a, b}, broadcast(shape(condition), broadcast(shape(a), shape(b))), {},
                   graph.tensors[a].type);
    }
    [[gnu::cold]] std::size_t cast(std::size_t x, dtype type) { return add(Operation::cast, {x}, Extents(shape(x)), {}, type); }

    /// Which steps of a sequence are there, [batch, steps] of booleans; `none` where all are.
    [[gnu::cold]] std::size_t mask(std::size_t tensor) const { return tensor < masks.size() ? masks[tensor] : none; }
    [[gnu::cold]] void set_mask(std::size_t tensor, std::size_t mask)
    {
        while (masks.size() <= tensor) internals::add_to(masks, none);
        masks[tensor] = mask;
    }

    /// Several read it: nothing may be joined with the operator that writes it.
    [[gnu::cold]] void share(std::size_t tensor) { internals::add_to(shared, tensor); }
    bool is_shared(std::size_t tensor) const { return internals::contains(shared, tensor); }

    /// The operator that writes a tensor, or null.
    [[gnu::cold]] internals::tflite::Operator* writer(std::size_t tensor)
    {
        for (std::size_t i = graph.operators.size(); i-- > 0;)
            if (internals::contains(graph.operators[i].outputs, tensor)) return &graph.operators[i];
        return nullptr;
    }
    /// The operator that computes the numbers of a tensor that nobody else reads: behind it lie changes of shape that leave the last axis.
    [[gnu::cold]] internals::tflite::Operator* source_of(std::size_t tensor)
    {
        for (internals::tflite::Operator* at = writer(tensor); at && !is_shared(tensor);
             tensor = static_cast<std::size_t>(at->inputs[0]), at = writer(tensor))
            if (at->op != Operation::reshape || shape(tensor).back() != shape(static_cast<std::size_t>(at->inputs[0])).back())
                return at;
        return nullptr;
    }

    [[gnu::cold]] static Extents broadcast(const Extents& a, const Extents& b)
    {
        Extents made = a.size() >= b.size() ? a : b;
        const Extents& other = a.size() >= b.size() ? b : a;
        for (std::size_t i = 0; i < other.size(); ++i) {
            std::size_t& extent = made[made.size() - 1 - i];
            extent = extent == 1 ? other[other.size() - 1 - i] : extent;
        }
        return made;
    }

private:
    std::vector<std::size_t> masks{}, shared{};

    [[gnu::cold]] std::string path_of(std::string_view name) const
    {
        return internals::text_of({scope, scope.empty() ? "" : "/", name});
    }
    [[gnu::cold]] std::size_t push(internals::tflite::Tensor made)
    {
        internals::add_to(graph.tensors, std::move(made));
        return graph.tensors.size() - 1;
    }
    [[gnu::cold]] std::size_t constant_of_type(std::string_view name, Extents shape, dtype type, internals::tflite::Constant data)
    {
        internals::tflite::Tensor made;
        made.name = path_of(name);
        made.type = type;
        made.shape = std::move(shape);
        made.data = std::move(data);
        made.is_constant = true;
        return push(std::move(made));
    }
    [[gnu::cold]] static std::string lower(Operation op)
    {
        std::string name(internals::tflite::operator_name(op));
        for (char& letter : name)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        return name;
    }
};

}}} // namespace lamina::lite
