// A program whose own names are everyday words, and that opens lamina's namespace, xtensor's and std: what a user of lamina does not
// write is in none of them.
// compilers: both
// expect: everyday names
#include <lamina/lamina.hpp>

#include <iostream>
#include <string>
#include <vector>

#define CLASSES(what)                                                                                                            \
    what(Pool) what(Block) what(Plan) what(PlanNode) what(Mode) what(Score) what(Goal) what(Goals) what(Layer) what(Loss)        \
        what(Metric) what(Optimizer) what(Callback) what(Schedule) what(Symbol) what(Chain) what(Gradient) what(Execution)       \
            what(Result) what(Rows) what(Mean) what(Slope) what(Finish) what(Walk) what(NearestName) what(Aligned)               \
                what(Borrowed) what(Absent) what(Refused) what(FixedTensor) what(Joined) what(Reshaped) what(Epilogue)           \
                    what(record) what(number) what(chunk) what(text) what(form) what(fraction) what(constant) what(layer)        \
                        what(logits) what(targets) what(reads) what(placement) what(family) what(piece) what(tag) what(slot)     \
                            what(Series) what(Point) what(Font) what(Pen) what(Header) what(File) what(Digits) what(Data)        \
                                what(element) what(fans) what(room) what(pack) what(found) what(each) what(silence) what(known)  \
                                    what(ignore) what(alone) what(losses) what(metrics) what(optimizers) what(strokes)           \
                                        what(kernels) what(simd) what(reference) what(avx2) what(avx512) what(sse2) what(fit)    \
                                            what(verdict) what(options) what(Item) what(Entry) what(Task) what(Work)             \
                                                what(Buffer) what(Sum) what(Max) what(Dot) what(Plus) what(Times) what(Over)     \
                                                    what(Power) what(Square) what(Value) what(Numbers) what(ops)
#define FUNCTIONS(what)                                                                                                          \
    what(contains) what(append) what(print) what(fail) what(trace) what(call) what(bound) what(mix) what(shuffle) what(repeated) \
        what(prepare) what(padded) what(round_up) what(activate) what(read_file) what(parallel_for) what(initialize)             \
            what(accepts) what(refuses) what(chosen) what(given_name) what(start_of) what(output_of) what(walk) what(nearest)    \
                what(get) what(fill) what(span_of) what(rank_of) what(all_bound) what(snake) what(matches) what(transform)       \
                    what(step) what(measure) what(gather) what(sum) what(mean) what(max) what(min) what(dot) what(matmul)        \
                        what(square) what(reshape) what(relu) what(softmax) what(sigmoid) what(linear) what(maximum)             \
                            what(concatenate)

#define CLASS(name)                                                                                                              \
    struct name {                                                                                                                \
        int value = 1;                                                                                                           \
    };
#define FUNCTION(name)                                                                                                           \
    inline int name(const std::vector<int>& list) { return static_cast<int>(list.size()); }
CLASSES(CLASS)
FUNCTIONS(FUNCTION)

using namespace lamina;
using namespace xt;

/// xtensor has functions of the names of some of lamina's, too.
struct Computed {
    Dense<4>::on<4> body;
    auto operator()(const auto& x) const
    {
        const auto a = body(x);
        const auto b = exp(-abs(a)) + tanh(a) * sqrt(square(a) + 1) - 2 * log(pow(a, 2) + 3) / maximum(a * a, 1);
        return softmax(minimum(b, a)) + sum(a) + mean<0>(b) + max(a) + sum(mean(a)) + sigmoid(dot(a, b));
    }
};

int main()
{
    int classes = 0, functions = 0;
#define COUNT_CLASS(name) classes += name{}.value;
#define COUNT_FUNCTION(name) functions += name({7});
    CLASSES(COUNT_CLASS)
    FUNCTIONS(COUNT_FUNCTION)

    using Model = Sequential<Input<4>, Dense<3, Softmax>>;
    static_assert(Model::output == Shape{3});
    const Model model = build<Model>(Seed{1});
    std::cout << classes << " classes and " << functions << " functions with everyday names, " << Model::parameter_count
              << " parameters\n";
    const auto sines = tanh(xtensor<float, 1>{1, 2}) * 2 - sum(xtensor<float, 1>{1, 2});
    const auto computed = build<Computed>(Seed{1});
    const bool same = computed(std::array<float, 4>{1, 2, 3, 4})(0) == predict(computed, xtensor<float, 2>{{1, 2, 3, 4}})(0, 0);
    return same && model(std::array<float, 4>{}).size() == 3 && sines.size() == 2 ? 0 : 1;
}
