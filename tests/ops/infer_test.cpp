// Every op's `infer` against shapes, types and attributes that are drawn: it refuses by a sentence, or `compute` and `gradient` can do it.
// Sanitizers see what this test runs.
#include "catch.hpp"
#include "ops/all_entries.hpp"

#include <lamina/core/file.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals::tensors;
namespace tensors = lamina::internals::tensors;

namespace {

struct Draw {
    std::mt19937 engine;

    std::size_t below(std::size_t n) { return engine() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }

    std::size_t extent()
    {
        if (one_in(60)) return std::size_t{1} << (20 + below(43));
        return below(12) == 0 ? below(40) : below(5);
    }
    Shape shape()
    {
        Shape s;
        for (std::size_t rank = below(7); s.rank < rank;) s.push_back(extent());
        return s;
    }
    /// A shape like another one: with axes left out, exchanged, of extent 1, or changed.
    Shape kin_of(const Shape& other)
    {
        Shape s = other;
        if (one_in(3)) return s;
        if (s.rank > 0 && one_in(3)) std::swap(s.extents[below(s.rank)], s.extents[below(s.rank)]);
        if (s.rank > 0 && one_in(3)) s.extents[below(s.rank)] = one_in(2) ? 1 : extent();
        if (s.rank > 0 && one_in(4)) s.extents[--s.rank] = 0;
        else if (s.rank > 0 && one_in(5)) {
            std::copy(s.extents + 1, s.extents + s.rank, s.extents);
            s.extents[--s.rank] = 0;
        }
        else if (s.rank < Shape::max_rank && one_in(5)) s.push_back(extent());
        return s;
    }
    dtype type()
    {
        return one_in(4) ? static_cast<dtype>(below(internals::dtype_count)) : one_in(3) ? dtype::int64 : dtype::float64;
    }

    Attributes attributes(const Shape& first)
    {
        Attributes with;
        with.count = static_cast<std::uint8_t>(one_in(3) ? below(13) : one_in(2) ? first.rank : one_in(40) ? 255 : below(3));
        const bool order = one_in(3);
        for (std::size_t i = 0; i < with.ints.size(); ++i) {
            with.ints[i] =
                one_in(30) ? static_cast<std::int32_t>(engine()) : static_cast<std::int32_t>(below(8)) - (one_in(4) ? 2 : 0);
            if (order) with.ints[i] = static_cast<std::int32_t>(i);
        }
        if (order && first.rank > 0)
            std::shuffle(with.ints.begin(), with.ints.begin() + static_cast<std::ptrdiff_t>(first.rank), engine);
        with.number = one_in(2) ? double(below(5)) - 2 : std::numeric_limits<double>::quiet_NaN();
        with.type = one_in(20) ? static_cast<dtype>(engine() % 256) : type();
        return with;
    }

    /// A tensor of numbers of all kinds, or where it is large its form alone.
    AnyTensor tensor(const Shape& s, dtype type)
    {
        bool small = true;
        std::size_t size = 1;
        for (std::size_t axis = 0; axis < s.rank; ++axis) {
            small = small && s[axis] <= 4096;
            size = small ? size * s[axis] : size;
            small = small && size <= 4096;
        }
        AnyTensor t(new_body(type, s, small ? size * internals::bytes_of(type) : 0));
        const std::size_t bytes = internals::bytes_of(type);
        for (std::size_t i = 0; small && i < size; ++i) {
            std::byte* const at = t.body().data + i * bytes;
            const double number = one_in(9) ? special() : double(below(9)) - 3;
            const std::int64_t whole =
                one_in(30) ? static_cast<std::int64_t>(engine()) << 32 : static_cast<std::int64_t>(below(5)) - one_in(20);
            const float single = static_cast<float>(number);
            const bool truth = one_in(2);
            if (type == dtype::float64) std::memcpy(at, &number, bytes);
            else if (type == dtype::float32) std::memcpy(at, &single, bytes);
            else if (type == dtype::boolean) std::memcpy(at, &truth, bytes);
            else std::memcpy(at, &whole, bytes);
        }
        return t;
    }
    double special()
    {
        using limits = std::numeric_limits<double>;
        const double all[]{0.0, -0.0, limits::infinity(), -limits::infinity(), limits::quiet_NaN(), 1e-310, 1e30, -1e30};
        return all[below(std::size(all))];
    }
};

bool is_small(const Shape& s)
{
    std::size_t size = 1;
    for (std::size_t axis = 0; axis < s.rank; ++axis) {
        if (s[axis] > 100000) return false;
        size *= s[axis];
        if (size > 100000) return false;
    }
    return true;
}

struct Counts {
    std::size_t refused = 0, accepted = 0, computed = 0, differentiated = 0, opened = 0;
};

/// The same inputs without some of their extents, as a trace asks: what is accepted with all of them has to be accepted, or refused because
/// they are not known, and the form that is given has to fit. In a sentence what is wrong.
std::string attempt_open(const OpEntry& op, const std::vector<AnyTensor>& x, const Attributes& with, Draw& draw,
                         const Shape* wanted, dtype wanted_type, Counts& counts)
{
    std::vector<AnyTensor> open;
    std::vector<const AnyTensor*> at;
    const bool of_batches = draw.one_in(2);
    for (const AnyTensor& one : x) {
        Shape s = one.shape();
        const bool whole = of_batches && draw.one_in(3);
        for (std::size_t axis = 0; axis < s.rank && !whole; ++axis)
            if (of_batches ? axis == 0 : draw.one_in(2)) s.extents[axis] = unknown;
        open.push_back(symbol(one.dtype(), s, 0, nullptr));
    }
    for (const AnyTensor& one : open) at.push_back(&one);
    Shape out = open.empty() ? Shape{} : open[0].shape();
    dtype type = open.empty() ? with.type : open[0].dtype();
    try {
        op.infer({at.data(), at.size()}, with, out, type);
    }
    catch (const error& refusal) {
        const std::string text = refusal.what(); // too many numbers where the extent of 0 is not known
        const bool fits = text.find("known") != std::string::npos || text.find("2^40") != std::string::npos;
        return wanted && !fits ? "with unknown extents it is refused: " + text : "";
    }
    ++counts.opened;
    std::string text;
    if (wanted && (type != wanted_type || !may_equal(out, *wanted)))
        internals::append(text, {"with unknown extents it gives ", out, ", with all of them ", *wanted});
    return text;
}

/// What is wrong, in a sentence.
std::string attempt(const table::Listed& listed, Draw& draw, Counts& counts)
{
    const OpEntry& op = *listed.op;
    std::vector<AnyTensor> x;
    const bool fitting = !listed.shapes.empty() && draw.one_in(2);
    const Shape first = fitting ? listed.shapes[0] : draw.shape();
    const dtype type = draw.type();
    const std::size_t most = listed.inputs > 0 ? listed.inputs + draw.below(listed.more + 1) : draw.below(5);
    for (std::size_t i = 0; i < most; ++i)
        x.push_back(draw.tensor(fitting          ? draw.one_in(8) ? draw.kin_of(listed.shapes[i]) : listed.shapes[i]
                                         : i == 0 ? first
                                : draw.one_in(5) ? draw.shape()
                                                 : draw.kin_of(first),
                                draw.one_in(5) ? draw.type() : type));
    if (x.size() == 3 && draw.one_in(3)) x[1] = draw.tensor(x[1].shape(), dtype::int64);
    std::vector<const AnyTensor*> at;
    bool all_here = true;
    for (const AnyTensor& one : x) {
        at.push_back(&one);
        all_here = all_here && (one.body().data || (is_small(one.shape()) && one.size() == 0));
    }
    const tensors::Inputs in(at.data(), at.size());
    Attributes with = draw.attributes(first);
    if (fitting)
        for (std::size_t i = 0; i < listed.ints.size(); ++i)
            if (!draw.one_in(20)) with.ints[i] = listed.ints[i];

    Shape out = x.empty() ? Shape{} : first;
    dtype out_type = x.empty() ? with.type : x[0].dtype();
    try {
        op.infer(in, with, out, out_type);
    }
    catch (const error& refusal) {
        ++counts.refused;
        if (std::string(refusal.what()).size() < 10) return "a refusal without a sentence";
        return attempt_open(op, x, with, draw, nullptr, type, counts);
    }
    ++counts.accepted;
    if (const std::string wrong = attempt_open(op, x, with, draw, &out, out_type, counts); !wrong.empty()) return wrong;
    if (out.rank > Shape::max_rank || static_cast<std::size_t>(out_type) >= internals::dtype_count)
        return "a result that is no tensor";
    if (!all_here || !is_small(out)) return {};
    const AnyTensor y = empty_tensor(out_type, out);
    try {
        op.compute(in, y, with);
    }
    catch (const error&) {
        return {}; // of a number, such as an index that is not there
    }
    ++counts.computed;
    if (!op.gradient || !internals::is_of_variables(out_type)) return {};

    // What the op does not keep is a form without numbers on the way back.
    const bool keeps_inputs = (static_cast<int>(op.kept) & static_cast<int>(protocols::keeps::inputs)) != 0;
    const bool keeps_output = (static_cast<int>(op.kept) & static_cast<int>(protocols::keeps::output)) != 0;
    std::vector<AnyTensor> forms;
    for (AnyTensor& one : x) forms.push_back(keeps_inputs ? one : AnyTensor(new_body(one.dtype(), one.shape(), 0)));
    for (std::size_t i = 0; i < x.size(); ++i) at[i] = &forms[i];
    std::vector<AnyTensor> dx(x.size());
    const AnyTensor dy = draw.tensor(out, out_type), output = keeps_output ? y : AnyTensor();
    if (out.size() > 0 && !dy.body().data) return {};
    try {
        op.gradient({in, output, dy, with, ~0u}, dx.data());
    }
    catch (const error& wrong) {
        return std::string("the gradient refuses what was computed: ") + wrong.what();
    }
    ++counts.differentiated;
    std::string text;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (dx[i] && (dx[i].shape() != x[i].shape() || dx[i].dtype() != x[i].dtype()))
            internals::append(text, {"the gradient by input ", i, " is ", dx[i].shape(), ", the input ", x[i].shape()});
    return text;
}

} // namespace

TEST_CASE("infer refuses or compute and gradient can do it, whatever is asked")
{
    std::set<std::string> names;
    for (const table::Listed& listed : table::all_entries()) {
        const std::string name(listed.op->name);
        INFO(name);
        CHECK(names.insert(name).second);
        Draw draw{std::mt19937(static_cast<unsigned>(std::hash<std::string>{}(name)))};
        Counts counts;
        std::string wrong;
        for (int round = 0; round < (sanitized ? 3000 : 6000) && wrong.empty(); ++round) wrong = attempt(listed, draw, counts);
        INFO(wrong);
        CHECK(wrong.empty());
        INFO(counts.refused << " refused, " << counts.accepted << " accepted, " << counts.computed << " computed");
        CHECK(counts.accepted > 0);
        CHECK(counts.computed > 0);
        CHECK(counts.opened > 0);
        CHECK((!listed.op->gradient || counts.differentiated > 0));
    }
}

TEST_CASE("every entry of an op is in the list of tests")
{
    std::map<std::string, int> found, needed;
    for (const auto& [header, entries] : table::entries_in) needed[std::string(header) + ".hpp"] = entries;
    const std::filesystem::path ops = std::filesystem::path(LAMINA_TESTS) / "../include/lamina/ops";
    for (const auto& file : std::filesystem::directory_iterator(ops)) {
        const std::string text = internals::read_file(file.path().string());
        int count = 0;
        for (std::size_t at = text.find("constexpr OpEntry"); at != std::string::npos;
             at = text.find("constexpr OpEntry", at + 1))
            ++count;
        if (count > 0) found[file.path().filename().string()] = count;
    }
    CHECK(found == needed);
}
