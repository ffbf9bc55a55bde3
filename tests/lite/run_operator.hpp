// One operator of TensorFlow Lite by itself: inputs given by hand, then inferred, prepared and run as an interpreter does it.
#pragma once

#include "catch.hpp"

#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace lite_test {

using namespace lamina::internals::tflite;
using lamina::dtype;

inline constexpr std::size_t behind_a_tensor = 64; ///< bytes that a kernel may read and write
inline constexpr std::byte guard{0x5a};

/// `OneOperator op(reshape_rules, code::reshape); op.input<float>({2, 3}, x); op.input<int>({2}, {3, 2}); op.output(dtype::float32); op();`
class OneOperator {
public:
    Options& options;

    OneOperator(std::span<const OperatorRules> family, code which) : options(op.options)
    {
        op.op = which;
        network.source = "test.tflite";
        step.op = &op;
        step.number = 7;
        step.network = &network;
        for (const OperatorRules& row : family)
            if (row.op == which) rules = &row;
        REQUIRE(rules != nullptr);
    }
    OneOperator(const OneOperator&) = delete;
    OneOperator& operator=(const OneOperator&) = delete;

    /// The next input: known before anything runs, as a constant is, or not.
    template <class T> Value& input(const Extents& shape, const std::vector<T>& numbers, bool known = true)
    {
        Value& value = add("x", lamina::stored_types::dtype_of<T>, inputs);
        REQUIRE(numbers.size() == shape.size());
        value.shape = shape;
        value.known = known;
        // A constant has nothing behind it, what is computed has room there.
        rooms.emplace_back(numbers.size() * sizeof(T) + (known ? 0 : behind_a_tensor));
        std::copy(numbers.begin(), numbers.end(), reinterpret_cast<T*>(rooms.back().data()));
        value.data = rooms.back().data();
        step.in.push_back(&value);
        op.inputs.push_back(static_cast<std::ptrdiff_t>(step.in.size()) - 1);
        return value;
    }
    /// An input whose truth values are bytes.
    Value& input_of_bools(const Extents& shape, const std::vector<std::uint8_t>& numbers)
    {
        Value& value = input(shape, numbers);
        value.type = dtype::boolean;
        return value;
    }
    void no_input()
    {
        step.in.push_back(nullptr);
        op.inputs.push_back(absent);
    }
    /// The next output. What the file says of its shape matters to few.
    Value& output(dtype type)
    {
        Value& value = add("y", type, outputs);
        step.out.push_back(&value);
        return value;
    }
    Tensor& said_of(const Value& value) { return const_cast<Tensor&>(*value.tensor); }

    void infer() { rules->infer(step); }
    void prepare()
    {
        rules->prepare(step, preparation);
        if (step.scratch_bytes > 0) {
            rooms.emplace_back(step.scratch_bytes + behind_a_tensor);
            step.scratch = rooms.back().data();
        }
        for (Value* const y : step.out) {
            if (!y) continue;
            reserved.push_back(y->bytes());
            rooms.emplace_back(y->bytes() + 2 * behind_a_tensor);
            std::fill(rooms.back().begin(), rooms.back().end(), guard);
            y->data = rooms.back().data();
        }
    }
    void run()
    {
        step.running = true;
        bool varies = false;
        for (const Value* const y : step.out) varies = varies || y->varies;
        for (const Value* const x : step.in) varies = varies || (x && x->varies);
        if (varies) infer();
        for (std::size_t i = 0; i < step.out.size(); ++i) REQUIRE(step.out[i]->bytes() <= reserved[i]);
        if (step.run) step.run(step);
        else std::memcpy(step.y().data, step.x().data, step.x().bytes());
        for (std::size_t i = 0; i < step.out.size(); ++i) {
            const std::byte* const behind = step.out[i]->data + reserved[i] + behind_a_tensor;
            REQUIRE(std::count(behind, behind + behind_a_tensor, guard) == std::ptrdiff_t{behind_a_tensor});
        }
    }
    /// All of it.
    void operator()()
    {
        infer();
        prepare();
        run();
    }

    const Extents& shape(std::size_t i = 0) const { return step.out[i]->shape; }
    template <class T> std::vector<T> result(std::size_t i = 0) const
    {
        const T* const from = step.out[i]->numbers<T>();
        return {from, from + step.out[i]->size()};
    }
    /// The sentence with which it refuses; empty where it does not.
    std::string refusal()
    {
        try {
            (*this)();
        }
        catch (const lamina::error& e) {
            return e.what();
        }
        return {};
    }

    Network network;
    Step step;

private:
    struct Room {
        struct release {
            void operator()(std::byte* room) const { ::operator delete(room, std::align_val_t{64}); }
        };
        explicit Room(std::size_t n) : bytes(static_cast<std::byte*>(::operator new(n, std::align_val_t{64}))), size(n) {}

        std::unique_ptr<std::byte, release> bytes;
        std::size_t size;

        std::byte* data() const { return bytes.get(); }
        std::byte* begin() const { return data(); }
        std::byte* end() const { return data() + size; }
    };

    const OperatorRules* rules = nullptr;
    Operator op;
    PackedWeights weights;
    Preparation preparation{weights};
    std::vector<std::unique_ptr<Value>> inputs, outputs;
    std::vector<std::unique_ptr<Tensor>> tensors;
    std::vector<Room> rooms;
    std::vector<std::size_t> reserved;

    Value& add(const char* name, dtype type, std::vector<std::unique_ptr<Value>>& to)
    {
        tensors.push_back(std::make_unique<Tensor>());
        tensors.back()->name = name;
        tensors.back()->type = type;
        to.push_back(std::make_unique<Value>());
        to.back()->tensor = tensors.back().get();
        to.back()->type = type;
        return *to.back();
    }
};

/// Numbers 0, 1, 2, … of a type.
template <class T> std::vector<T> counted(std::size_t count)
{
    std::vector<T> numbers(count);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<T>(i);
    return numbers;
}

/// Numbers between -1 and 1.
inline std::vector<float> some_numbers(std::size_t count, unsigned seed)
{
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> values(-1, 1);
    std::vector<float> result(count);
    for (float& one : result) one = values(generator);
    return result;
}

} // namespace lite_test
