// What is wrong with a loss, a metric, an optimizer, a callback of one's own: each missing or wrong member has its name. How compilers
// print it, tests/refuses shows for some of them.
#include "catch.hpp"

#include <lamina/training/callback.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/optimizers/optimizer.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Named {
    static constexpr std::string_view name = "mine";
    static constexpr target_kind kind = target_kind::same_shape;
};
struct Row : Named {
    template <class T, class Y> T row(const T*, const Y*, std::size_t, T*, T) const { return 0; }
};
struct Add : Named {
    template <class T, class Y> void add(Mean&, const T*, const Y*, std::size_t) const {}
};

template <class L> constexpr loss_is loss = judge_loss<L, float>();
template <class M> constexpr loss_is metric = judge_metric<M, float>();

struct RowForClasses : Row {
    static constexpr target_kind kind = target_kind::class_index;
    static constexpr bool whole_samples = true;
};
struct OnlyAccepts : Row {
    bool accepts(const float*, std::size_t) const { return true; }
};
struct OnlyNeeds : Row {
    std::string needs(std::size_t) const { return ""; }
};
struct AcceptsOneNumber : OnlyNeeds {
    bool accepts(float) const { return true; }
};
struct NeedsNothing : OnlyAccepts {
    std::string needs() const { return ""; }
};
struct RowsAreInt : Row {
    static constexpr int whole_samples = 1;
};
struct WholeOfEachObject : Row {
    bool whole_samples = true;
};
struct ChecksNothing : Row {
    void check_settings(int) const {}
};
struct ChecksSettings : Row {
    void check_settings() {}
};
struct ChecksWidth : Row {
    void check_width(std::size_t) const {}
};
struct ChecksEnd : Row {
    void check_end(const char*) const {}
};
static_assert(Loss<Row> && Metric<Row> && !Loss<Named> && !Metric<Named> && !Loss<Add> && !Loss<int> && !Metric<int>);
static_assert(loss<Row> == loss_is::fine && loss<Named> == loss_is::without_row);
static_assert(loss<Add> == loss_is::none__give_an_object_such_as_MeanSquaredError);
static_assert(loss<RowForClasses> == loss_is::with_whole_samples_of_class_indices__its_kind_has_to_be_same_shape);
static_assert(loss<OnlyAccepts> == loss_is::with_one_of_accepts_and_needs__write_both_or_none);
static_assert(loss<OnlyNeeds> == loss_is::with_one_of_accepts_and_needs__write_both_or_none);
static_assert(loss<AcceptsOneNumber> == loss_is::with_an_accepts_of_other_parameters__const_Y_target_size_t_width);
static_assert(loss<NeedsNothing> == loss_is::with_a_needs_of_other_parameters__std_string_needs_size_t_width_const);
static_assert(loss<RowsAreInt> == loss_is::with_whole_samples_of_another_kind__write_static_constexpr_bool_whole_samples);
static_assert(loss<WholeOfEachObject> == loss_is::with_whole_samples_of_another_kind__write_static_constexpr_bool_whole_samples);
static_assert(loss<ChecksNothing> == loss_is::with_a_check_settings_of_other_parameters__void_check_settings_const);
static_assert(loss<ChecksSettings> == loss_is::with_a_check_settings_of_other_parameters__void_check_settings_const);
static_assert(loss<ChecksWidth> ==
              loss_is::with_a_check_width_of_other_parameters__void_check_width_size_t_width_const_char_where_const);
static_assert(loss<ChecksEnd> ==
              loss_is::with_a_check_end_of_other_parameters__void_check_end_output_activation_end_const_char_where_const);

struct AddWithWeight : Named {
    template <class T, class Y> void add(Mean&, const T*, const Y*, std::size_t, double) const {}
};
struct Counts {
    void merge(const Counts&) {}
};
struct NoResult : Named {
    using accumulator = Counts;
    template <class T, class Y> void add(Counts&, const T*, const Y*, std::size_t) const {}
};
struct OwnResult : NoResult {
    double result(const Counts&) const { return 0; }
};
struct ResultOfNothing : NoResult {
    double result() const { return 0; }
};
struct AddAndWidth : Add {
    void check_width() const {}
};
static_assert(Metric<Add> && Metric<AddWithWeight> && Metric<OwnResult> && Metric<WeightedMetric<Row>> && !Metric<NoResult>);
static_assert(Metric<WeightedMetric<AddWithWeight>> && !Metric<WeightedMetric<Add>> && !Metric<WeightedMetric<Named>>);
static_assert(metric<NoResult> == loss_is::with_an_accumulator_without_result__double_result_const);
static_assert(metric<ResultOfNothing> ==
              loss_is::with_a_result_of_other_parameters__double_result_const_accumulator_reference_const);
static_assert(metric<WeightedMetric<Add>> ==
              loss_is::with_an_add_without_weight__its_last_parameter_in_a_WeightedMetric_is_double_weight);
static_assert(metric<WeightedMetric<NoResult>> == metric<NoResult>);
static_assert(metric<AddAndWidth> ==
              loss_is::with_a_check_width_of_other_parameters__void_check_width_size_t_width_const_char_where_const);

struct Rule {
    static constexpr std::string_view name = "mine";
    OptimizerState state{};
    float learning_rate(std::uint64_t) const { return 0; }
    std::size_t slot_count() const { return 0; }
    std::string_view slot_name(std::size_t) const { return ""; }
    template <class T> void update(T*, const T*, T* const*, std::size_t, float, std::uint64_t) const {}
};
struct ClipsByNorm : Rule {
    std::optional<float> clipnorm{};
};
struct ClipsByText : Rule {
    std::string clipnorm, clipvalue, global_clipnorm;
};
struct ChecksRate : Rule {
    void check_settings(float) const {}
};
struct ForDouble : Rule {
    void update(double*, const double*, double* const*, std::size_t, float, std::uint64_t) const {}
};
static_assert(Optimizer<Rule> && Optimizer<ForDouble> && !Optimizer<ClipsByNorm> && !Optimizer<int>);
static_assert(optimizers::judge<ClipsByNorm, float>() ==
              optimizer_is::with_some_of_clipnorm_clipvalue_global_clipnorm__write_all_three_as_std_optional_float_or_none);
static_assert(optimizers::judge<ClipsByText, float>() == optimizers::judge<ClipsByNorm, float>());
static_assert(optimizers::judge<ChecksRate, float>() ==
              optimizer_is::with_a_check_settings_of_other_parameters__void_check_settings_const);

struct AtBatch {
    void on_batch_begin(TrainingState&) {}
};
struct AtBatchByCopy {
    void on_batch_begin(TrainingState) {}
    void on_epoch_end(TrainingState&) {}
};
struct AtNumber : AtBatch {
    void on_train_end(int) {}
};
struct AtKerasName : AtBatch {
    void on_train_batch_begin(TrainingState&) {}
};
struct AddsOfEachObject : AtBatch {
    bool adds_figures = false;
};
static_assert(Callback<AtBatch> && !Callback<AtBatchByCopy> && !Callback<AtBatch*> && !Callback<Rule> &&
              !Callback<const AtBatch>);
static_assert(judge_callback<const AtBatch>() == callback_is::const__and_its_member_is_not);
static_assert(judge_callback<AtBatchByCopy>() == callback_is::wrong_in_on_batch_begin__it_takes_a_TrainingState_reference);
static_assert(judge_callback<AtNumber>() == callback_is::wrong_in_on_train_end__it_takes_a_TrainingState_reference);
static_assert(judge_callback<AtKerasName>() ==
              callback_is::wrong_in_a_member_that_fit_never_calls__it_calls_on_batch_end_once_a_batch);
static_assert(judge_callback<AddsOfEachObject>() == callback_is::wrong_in_adds_figures__write_static_constexpr_bool_adds_figures);
static_assert(judge_callback<Rule>() == callback_is::none__it_has_no_member_such_as_on_epoch_end);

} // namespace

TEST_CASE("What is wrong is told while this is compiled", "[training]") { SUCCEED(); }
