// The demands on a block: see layers.hpp.
#include "cases/layers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace cases {

namespace {

/// One block, one case and its arrays.
template <class T> class Protocol {
public:
    Protocol(AnyBlock<T>& tested, Case& from, bool trains)
        : block(tested), c(from), several(tested.inputs.size() > 1), n(c.array(of("input", 0)).shape.at(0)),
          masks(tested.inputs.size()), masks_here(masks.size()), dy(c.array("output_gradient").as<T>()),
          y_reference(c.array("output").as<double>())
    {
        mode.training = trains;
        for (std::size_t i = 0; i < block.inputs.size(); ++i) {
            const auto array = c.array(of("input", i));
            x.emplace_back(array.template as<T>());
            dx_references.emplace_back();
            if (c.has(of("input", i) + "_gradient") || !is_integer(array.type))
                dx_references[i] = c.array(of("input", i) + "_gradient").template as<double>();
            if (!c.has(of("mask", i))) continue;
            for (const double there : c.array(of("mask", i)).template as<double>()) masks[i].push_back(there != 0);
        }
        mask_of(0);
    }

    /// False where the case and the block are not of one shape.
    bool fits()
    {
        const auto with_batch = [&](const lamina::Shape& sample) {
            auto all = extents(sample);
            all.insert(all.begin(), n);
            return all;
        };
        bool same = true;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::string name = of("input", i), the = "the " + name;
            same &= c.expect(the, c.array(name), with_batch(block.inputs[i]));
            if (!dx_references[i].empty())
                same &= c.expect(the + "'s gradient", c.array(name + "_gradient"), with_batch(block.inputs[i]));
        }
        same &= c.expect("the output", c.array("output"), with_batch(block.output));
        same &= c.expect("the output's gradient", c.array("output_gradient"), with_batch(block.output));
        if (n == 0) c.differ("the case has no sample");
        return same && n > 0;
    }

    /// Fills the weights; false where the block has others than the case. Both must agree in order, name and shape.
    bool learn(const std::vector<std::string>& names)
    {
        if (c.has("weight_" + std::to_string(names.size()))) c.differ("the case has more weights than names of weights");
        if (block.variables.size() != names.size()) {
            c.differ("the case has " + std::to_string(names.size()) + " weights, the layer " +
                     std::to_string(block.variables.size()));
            return false;
        }
        bool same = true;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto weight = "weight_" + std::to_string(i);
            auto& variable = *block.variables[i];
            const auto last = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
            if (last(variable.name) != last(names[i])) {
                c.differ(weight + " is called \"" + names[i] + "\" in the case and \"" + variable.name + "\" in lamina");
                same = false;
            }
            if (!c.expect(weight, c.array(weight), extents(variable.extents()))) return false;
            fill<T>(variable, c.array(weight).as<T>());
            // A gradient has to be there for all that is trained; moving statistics have none.
            if (!variable.learned() && !c.has(weight + "_gradient")) references.emplace_back(), largest_terms.push_back(0);
            else {
                same &= c.expect("the gradient of " + weight, c.array(weight + "_gradient"), extents(variable.extents()));
                references.push_back(c.array(weight + "_gradient").as<double>());
                largest_terms.push_back(names[i] == "key/bias" ? largest_of(references[i - 1]) : 0);
            }
        }
        return same;
    }

    void inference()
    {
        Room<T> y(y_reference.size(), false), scratch(block.scratch(n), true);
        block.forward(mode, at(x).data(), y.data(), nullptr, scratch.data(), n);
        c.compare("the output of inference", y.all(), y_reference);
    }

    /// Backward twice into one gradient, which adds, and once without the gradient of the input.
    void training()
    {
        Room<T> y(y_reference.size(), false), saved(block.saved(n), true);
        {
            Room<T> scratch(block.scratch(n), true);
            block.forward(mode, at(x).data(), y.data(), saved.data(), scratch.data(), n);
            c.compare("the output", y.all(), y_reference);
        }
        forget();
        for (const double times : {1.0, 2.0}) {
            Rooms dx;
            for (const auto& each : x) dx.emplace_back(each.all().size(), false);
            Room<T> scratch(block.scratch(n), true);
            block.backward(mode, at(x).data(), y.data(), saved.data(), dy.data(), to(dx).data(), scratch.data(), n);
            const std::string pass = times == 1 ? "" : " (second pass)";
            compare_inputs(pass, dx);
            compare_weights(pass, times);
            if (times == 1) keep();
        }
        forget();
        Room<T> scratch(block.scratch(n), true);
        const std::vector<T*> nowhere(x.size());
        block.backward(mode, at(x).data(), y.data(), saved.data(), dy.data(), nowhere.data(), scratch.data(), n);
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (values<T>(*block.gradients[i]) != kept[i])
                c.differ("the gradient of weight_" + std::to_string(i) + " is another where that of the input is not wanted");
        take_observed_steps();
        for (std::size_t i = 0; i < block.variables.size(); ++i)
            if (const auto after = "weight_" + std::to_string(i) + "_after"; c.has(after))
                c.compare<T>(after, values<T>(*block.variables[i]), c.array(after).template as<double>());
    }

    /// A batch of n is n batches of one, whose gradients add up.
    void sample_by_sample()
    {
        if (block.across_batch) return;
        const std::size_t out = block.output.size();
        forget();
        Room<T> all_y(n * out, false);
        Rooms all_dx;
        for (const auto& each : x) all_dx.emplace_back(each.all().size(), false);
        for (std::size_t sample = 0; sample < n; ++sample) {
            Rooms one, dx;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const std::size_t in = block.inputs[i].size();
                one.emplace_back(std::vector<T>(x[i].data() + sample * in, x[i].data() + (sample + 1) * in));
                dx.emplace_back(in, false);
            }
            Room<T> d(std::vector<T>(dy.data() + sample * out, dy.data() + (sample + 1) * out)), y(out, false);
            Room<T> saved(block.saved(1), true), scratch(block.scratch(1), true), scratch_of_backward(block.scratch(1), true);
            mask_of(sample);
            block.forward(mode, at(one).data(), y.data(), saved.data(), scratch.data(), 1);
            block.backward(mode, at(one).data(), y.data(), saved.data(), d.data(), to(dx).data(), scratch_of_backward.data(), 1);
            std::copy_n(y.data(), out, all_y.data() + sample * out);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto got = dx[i].all();
                std::copy(got.begin(), got.end(), all_dx[i].data() + sample * got.size());
            }
        }
        mask_of(0);
        c.compare("the output, sample by sample", all_y.all(), y_reference);
        compare_inputs(", sample by sample", all_dx);
        compare_weights(", sample by sample", 1);
    }

private:
    using Rooms = std::vector<Room<T>>;

    /// What belongs to an input is called after it, and after its number where there are several.
    std::string of(const std::string& name, std::size_t i) const { return several ? name + '_' + std::to_string(i) : name; }

    static std::vector<const T*> at(const Rooms& rooms)
    {
        std::vector<const T*> all;
        for (const auto& room : rooms) all.push_back(room.data());
        return all;
    }
    static std::vector<T*> to(Rooms& rooms)
    {
        std::vector<T*> all;
        for (auto& room : rooms) all.push_back(room.data());
        return all;
    }

    /// The mode from a sample on, with the masks of its steps and those behind.
    void mask_of(std::size_t sample)
    {
        mode.first = sample;
        for (std::size_t i = 0; i < masks.size(); ++i)
            masks_here[i] = masks[i].empty() ? nullptr : masks[i].data() + sample * (masks[i].size() / n);
        mode.masks = masks_here.data();
    }

    void compare_inputs(const std::string& pass, const Rooms& dx)
    {
        for (std::size_t i = 0; i < dx.size(); ++i)
            if (!dx_references[i].empty())
                c.compare("the gradient of the " + of("input", i) + pass, dx[i].all(), dx_references[i]);
    }

    static double largest_of(const std::vector<double>& values)
    {
        double largest = 0;
        for (const double value : values) largest = std::max(largest, std::abs(value));
        return largest;
    }

    static bool is_integer(lamina::dtype type) { return !lamina::internals::is_of_variables(type); }

    void forget()
    {
        for (auto& gradient : block.gradients) gradient->template for_each<T>([](T& value) { value = 0; });
    }

    /// What is observed takes the step that backward wrote.
    void take_observed_steps()
    {
        for (std::size_t i = 0; i < block.variables.size(); ++i) {
            if (!block.variables[i]->as().observed) continue;
            const auto steps = values<T>(*block.gradients[i]);
            std::size_t k = 0;
            block.variables[i]->template for_each<T>([&](T& value) { value += steps[k++]; });
        }
    }

    void keep()
    {
        for (auto& gradient : block.gradients) kept.push_back(values<T>(*gradient));
    }

    void compare_weights(const std::string& pass, double times)
    {
        for (std::size_t i = 0; i < block.gradients.size(); ++i)
            if (!references[i].empty())
                c.compare<T>("the gradient of weight_" + std::to_string(i) + pass, values<T>(*block.gradients[i]), references[i],
                             times, times * largest_terms[i]);
    }

    AnyBlock<T>& block;
    Case& c;
    lamina::protocols::Mode mode;
    bool several; ///< inputs
    std::size_t n;
    std::vector<std::vector<std::uint8_t>> masks; ///< of each input, [n][steps] where the case has one
    std::vector<const std::uint8_t*> masks_here;
    Rooms x;
    Room<T> dy;
    std::vector<double> y_reference;
    std::vector<std::vector<double>> dx_references;
    std::vector<std::vector<double>> references;
    /// Of a gradient that is a sum of terms which cancel, how large they are. softmax does not see what a key's bias adds to all scores, so
    /// that its gradient is 0, and what Keras has is the rounding of terms as large as the gradient of the key's kernel.
    std::vector<double> largest_terms;
    std::vector<std::vector<T>> kept;
};

} // namespace

template <class T> void run(AnyBlock<T>& block, Case& c, const std::vector<std::string>& weights, bool training)
{
    Protocol<T> protocol(block, c, training);
    if (!protocol.fits() || !protocol.learn(weights)) return;
    protocol.inference();
    protocol.training();
    protocol.sample_by_sample();
}

template void run(AnyBlock<float>&, Case&, const std::vector<std::string>&, bool);
template void run(AnyBlock<double>&, Case&, const std::vector<std::string>&, bool);

} // namespace cases
