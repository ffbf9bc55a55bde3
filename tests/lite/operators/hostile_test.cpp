// Operators that move numbers, with options and inputs that nobody would write: each is refused in a sentence, or stays within its tensors.
// (OneOperator looks behind every result; the sanitizers look everywhere.)
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/arg_max.hpp>
#include <lamina/lite/operators/cast.hpp>
#include <lamina/lite/operators/concatenation.hpp>
#include <lamina/lite/operators/gather.hpp>
#include <lamina/lite/operators/pack.hpp>
#include <lamina/lite/operators/pad.hpp>
#include <lamina/lite/operators/reshape.hpp>
#include <lamina/lite/operators/select.hpp>
#include <lamina/lite/operators/shape_of.hpp>
#include <lamina/lite/operators/slice.hpp>
#include <lamina/lite/operators/space.hpp>
#include <lamina/lite/operators/split.hpp>
#include <lamina/lite/operators/strided_slice.hpp>
#include <lamina/lite/operators/tile.hpp>
#include <lamina/lite/operators/transpose.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <span>

using namespace lite_test;

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : engine(seed) {}
    std::size_t below(std::size_t n) { return engine() % n; }
    bool once_in(std::size_t n) { return below(n) == 0; }

    /// Mostly a small number, sometimes one that overflows where nobody looks.
    std::int64_t number()
    {
        constexpr std::int64_t large[] = {std::numeric_limits<std::int64_t>::min(),
                                          std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int32_t>::min(),
                                          std::numeric_limits<std::int32_t>::max(),
                                          std::int64_t{1} << 48,
                                          -(std::int64_t{1} << 50),
                                          100};
        return once_in(30) ? large[below(7)] : static_cast<std::int64_t>(once_in(8) ? below(7) : below(3)) - once_in(10);
    }
    Extents shape()
    {
        Extents made;
        const std::size_t rank = once_in(10) ? below(9) : 1 + below(4);
        while (made.rank < rank) made.push_back(once_in(8) ? 0 : 1 + below(3));
        return made;
    }

private:
    std::mt19937 engine;
};

/// Tensors of numbers are mostly alike; what sets an operator is mostly a few whole numbers of a length that may fit.
void add_input(OneOperator& op, Dice& dice, const Extents& like, bool sets)
{
    const std::size_t lengths[] = {like.rank, 2 * like.rank, 1, 1 + dice.below(4)};
    const Extents shape = dice.once_in(12)  ? dice.shape()
                          : !sets           ? like
                          : dice.once_in(6) ? Extents{}
                                            : Extents{lengths[dice.below(4)]};
    const bool known = !dice.once_in(6);
    const std::size_t size = shape.size();
    const std::size_t type = dice.once_in(20) ? dice.below(4) : sets ? 2 : 0;
    if (type == 0) op.input(shape, counted<float>(size), known);
    else if (type == 1) op.input(shape, counted<std::int8_t>(size), known);
    else if (type == 2) {
        std::vector<std::int32_t> numbers(size);
        for (auto& n : numbers) n = static_cast<std::int32_t>(dice.number());
        op.input(shape, numbers, known);
    }
    else {
        std::vector<std::int64_t> numbers(size);
        for (auto& n : numbers) n = dice.number();
        op.input(shape, numbers, known);
    }
}

/// Whether an input is a tensor whose numbers move.
bool moves(code op, std::size_t input)
{
    switch (op) {
    case code::concatenation:
    case code::pack:
    case code::select_v2: return true;
    case code::split:
    case code::fill: return input == 1;
    case code::padv2: return input != 1;
    default: return input == 0;
    }
}

/// The number of times that the operator ran.
std::size_t throw_at(std::span<const OperatorRules> family, const OperatorRules& rules, unsigned seed)
{
    Dice dice(seed);
    OneOperator op(family, rules.op);
    const CodeFacts& facts = *facts_of(rules.op);
    const std::size_t least = static_cast<std::size_t>(facts.least_inputs);
    const std::size_t inputs = facts.most_inputs < 0 ? least + dice.below(3) : static_cast<std::size_t>(facts.most_inputs);
    const Extents like = dice.shape();
    const bool chooses = rules.op == code::select_v2;
    if (chooses) op.input_of_bools(like, std::vector<std::uint8_t>(like.size(), 1));
    for (std::size_t i = chooses; i < inputs; ++i)
        add_input(op, dice,
                  like.rank == 0 || (i == 2 && rules.op == code::padv2) || (i == 1 && rules.op == code::fill) ? Extents{1} : like,
                  !moves(rules.op, i));
    const std::size_t outputs = facts.outputs < 0 ? dice.below(4) + 1 : 1;
    for (std::size_t i = 0; i < outputs; ++i) {
        constexpr dtype types[] = {dtype::float32, dtype::int8, dtype::int32, dtype::int64};
        op.output(dice.once_in(3) ? types[dice.below(4)] : dtype::float32);
    }
    Options& o = op.options;
    o.axis = static_cast<std::int32_t>(dice.number());
    o.batch_dims = dice.once_in(2) ? 0 : static_cast<std::int32_t>(dice.number());
    for (std::int32_t* const mask : {&o.begin_mask, &o.end_mask, &o.ellipsis_mask, &o.new_axis_mask, &o.shrink_axis_mask})
        *mask = dice.once_in(2) ? 0 : dice.once_in(9) ? -1 : static_cast<std::int32_t>(dice.below(16));
    o.offset = dice.once_in(3);
    o.mirror_mode = static_cast<std::int32_t>(dice.below(3));
    for (std::size_t i = dice.below(4); i > 0; --i) o.new_shape.push_back(static_cast<std::int32_t>(dice.number()));
    for (std::size_t i = dice.below(3); i > 0; --i) o.squeeze_dims.push_back(static_cast<std::int32_t>(dice.number()));
    try {
        op.infer();
        for (const Value* const y : op.step.out)
            if (y->size() > 100000) return 0; // of which an interpreter's limit knows
        op.prepare();
        op.run();
        return 1;
    }
    catch (const lamina::error& e) {
        const std::string text = e.what();
        CHECK(text.starts_with("test.tflite: operator 7 ("));
        return 0;
    }
}

} // namespace

TEST_CASE("operators that move numbers stay within their tensors whatever a file says")
{
    constexpr std::span<const OperatorRules> families[] = {arg_max_rules,  cast_rules,          concatenation_rules, gather_rules,
                                                           pack_rules,     pad_rules,           reshape_rules,       select_rules,
                                                           shape_of_rules, slice_rules,         space_rules,         split_rules,
                                                           tile_rules,     strided_slice_rules, transpose_rules};
    const unsigned each = sanitized ? 1000 : 3000;
    for (const auto& family : families)
        for (const OperatorRules& rules : family) {
            std::size_t ran = 0;
            for (unsigned seed = 0; seed < each; ++seed)
                ran += throw_at(family, rules, seed * 64 + static_cast<unsigned>(rules.op));
            INFO(operator_name(rules.op) << " ran " << ran << " times");
            CHECK(ran >= each / 300);
        }
}
