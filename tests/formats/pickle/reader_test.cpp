// pickle: every instruction, what is shared and what holds itself, each refusal; what the writer makes is read.
#include <lamina/formats/pickle/reader.hpp>
#include <lamina/formats/pickle/writer.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using namespace lamina;
using namespace lamina::internals;
using pickle::kind;
using namespace std::string_view_literals;

namespace {

bool knows(std::string_view name) { return name != "posix system"; }

pickle::Values read(std::string_view bytes) { return pickle::Reader(bytes, "x.pt", knows).read(); }
std::string refused(std::string_view bytes)
{
    return refusal_of([&] { read(bytes); });
}
bool is_damaged(std::string_view bytes, const std::string& why)
{
    return says(refused(bytes), "x.pt: its pickle " + why + "; the file is damaged, so copy it again");
}

/// A value as a text, for comparisons.
std::string shown(const pickle::Values& values, const pickle::Value& value, int depth = 0)
{
    if (depth > 5) return "…";
    std::string text;
    const auto items = [&](std::string_view open, std::string_view close) {
        text += open;
        for (const auto item : value.items) text += shown(values, values[item], depth + 1) + ' ';
        text += close;
    };
    switch (value.is) {
    case kind::none: return "None";
    case kind::boolean: return value.number ? "True" : "False";
    case kind::integer: return std::to_string(value.number);
    case kind::real: return text_of({value.real()});
    case kind::text: return '"' + value.text + '"';
    case kind::bytes: return 'b' + value.text;
    case kind::list: items("[", "]"); break;
    case kind::tuple: items("(", ")"); break;
    case kind::dictionary: items("{", "}"); break;
    case kind::set: items("s{", "}"); break;
    case kind::global: return value.text;
    case kind::persistent: items("<", ">"); break;
    case kind::object: items("o(", ")"); break;
    }
    if (value.state != pickle::nowhere) text += '+' + shown(values, values[value.state], depth + 1);
    return text;
}
std::string shown(std::string_view bytes)
{
    const auto values = read(bytes);
    return shown(values, values.top());
}

} // namespace

TEST_CASE("pickle: what each instruction makes", "[formats][pickle]")
{
    CHECK(shown("\x80\x02N."sv) == "None");
    CHECK(shown("\x80\5(\x88\x89t."sv) == "(True False )");
    CHECK(shown("(K\xffM\xff\xffJ\xff\xff\xff\xff\x8a\0\x8a\1\xff\x8a\2\0\x80\x8a\x08\1\0\0\0\0\0\0\x80t."sv) ==
          "(255 65535 -1 0 -1 -32768 -9223372036854775807 )");
    CHECK(shown("G\x3f\xf8\0\0\0\0\0\0."sv) == "1.5");
    CHECK(shown("(X\1\0\0\0aT\1\0\0\0b\x8c\1cU\1d\x8d\1\0\0\0\0\0\0\0eB\1\0\0\0fC\1gt."sv) ==
          "(\"a\" \"b\" \"c\" \"d\" \"e\" bf bg )");
    CHECK(shown("](N\x88"
                "e\x89"
                "a."sv) == "[None True False ]");
    CHECK(shown("}(K\1NK\2NuK\3Ns."sv) == "{1 None 2 None 3 None }");
    CHECK(shown("\x8f(K\1K\2\x90."sv) == "s{1 2 }");
    CHECK(shown("()N\x85NN\x86NNN\x87t."sv) == "(() (None ) (None None ) (None None None ) )");
    CHECK(shown("(K\1q\0K\2r\1\0\0\0h\0j\1\0\0\0t."sv) == "(1 2 1 2 )");
    CHECK(shown("\x80\4\x95\x09\0\0\0\0\0\0\0(K\1\x94h\0t."sv) == "(1 1 )");
    CHECK(shown("ctorch\nSize\n(K\1K\2t\x85R."sv) == "o(torch Size ((1 2 ) ) )");
    CHECK(shown("\x80\4\x8c\5torch\x8c\4Size\x93."sv) == "torch Size");
    CHECK(shown("ca\nB\n)\x81}(X\1\0\0\0xK\1ub."sv) == "o(a B () )+{\"x\" 1 }");
    CHECK(shown("ccollections\nOrderedDict\n)R(K\1K\2u}b."sv) == "{1 2 }+{}");
    CHECK(shown("ccollections\nOrderedDict\n]](K\1K\2ea\x85R."sv) == "{1 2 }"); // as Python 2 wrote it
    CHECK(shown("cbuiltins\nset\n](K\1K\2e\x85R."sv) == "s{1 2 }");
    CHECK(shown("ccollections\ndefaultdict\ncbuiltins\ndict\n\x85R(K\1K\2u."sv) == "{1 2 }");
    CHECK(shown("ca\nB\n)\x81(K\1K\2uK\3a."sv) == "o(a B () 1 2 3 )"); // of a class made from a dictionary, or a list
    CHECK(shown("X\1\0\0\0aQ."sv) == "<\"a\" >");
    CHECK(shown("(X\6\0\0\0moduleca\nB\nNNtQ)\x81."sv) == "o(a B () )"); // a class, in files before PyTorch 1.6

    const auto large = read("\x8a\x0a\1\2\3\4\5\6\7\x08\x09\x0a."sv);
    CHECK(large.top().text == "\1\2\3\4\5\6\7\x08\x09\x0a");
    pickle::Reader two("K\1.K\2.", "x.pt", knows);
    two.read();
    CHECK(two.after() == "K\2.");
}

TEST_CASE("pickle: values are found", "[formats][pickle]")
{
    const auto values = read("}(X\1\0\0\0aK\1X\1\0\0\0bca\nB\n(K\7t\x81}(X\1\0\0\0xK\5ubX\1\0\0\0aK\2u."sv);
    CHECK(values.find(values.top(), "a")->number == 2); // what was set last counts
    CHECK(values.find(values.top(), "c") == nullptr);
    const auto& object = *values.find(values.top(), "b");
    CHECK(values.class_of(object) == "a B");
    CHECK(values.argument(object, 0)->number == 7);
    CHECK(values.argument(object, 1) == nullptr);
    CHECK(values.attribute(object, "x")->number == 5);
    CHECK(values.attribute(object, "y") == nullptr);
    CHECK(values.class_of(values.top()).empty());
    CHECK(values.attribute(values.top(), "x") == nullptr);
    CHECK(values.argument(values.top(), 0) == nullptr);
    CHECK(values.find(object, "x") == nullptr);
}

TEST_CASE("pickle: what is shared, deep or holds itself", "[formats][pickle]")
{
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += ')';
    for (int i = 0; i < 300; ++i) deep += '\x86';
    CHECK(is_damaged(deep + '.', "takes from an empty stack"));
    std::string nested = ")";
    for (int i = 0; i < 300; ++i) nested += '\x85';
    CHECK(read(nested + '.').all.size() == 301);

    const auto itself = read("}q\0X\1\0\0\0ah\0s."sv);
    CHECK(itself.find(itself.top(), "a") == &itself.top());

    std::string many = "(](K\1K\2eq\1";
    for (int i = 0; i < 1000; ++i) many += "h\1";
    const auto shared = read(many + "t.");
    CHECK(shared.top().items.size() == 1001);
    CHECK(shared.all.size() == 4);

    // A set of one list, again and again, would be the list's size times the number of references.
    std::string copies = "](";
    for (int i = 0; i < 10'000; ++i) copies += 'N';
    copies += "eq\1cbuiltins\nset\nq\2";
    for (int i = 0; i < 1000; ++i) copies += "h\2h\1\x85R";
    CHECK(is_damaged(copies + '.', "builds more than its size can justify"));
}

TEST_CASE("pickle: what is refused", "[formats][pickle]")
{
    CHECK(refused("\x80\2cposix\nsystem\nX\5\0\0\0touch\x85R."sv) ==
          "x.pt: asks for \"posix system\", which is none of the things that a model's file needs; nothing was run");
    CHECK(says(refused("\x80\4\x8c\5posix\x8c\6system\x93."sv), "x.pt: asks for \"posix system\", which is none of the things"));
    CHECK(says(refused("\x80\6N."sv), "is a pickle of protocol 6, lamina reads 2 to 5"));
    CHECK(says(refused("I1\n."), "has the instruction 0x49 in its pickle, which no model's file needs; nothing was run"));
    CHECK(says(refused("\x82\1."sv), "has the instruction 0x82 in its pickle"));  // EXT1
    CHECK(says(refused("(ca\nB\no."), "has the instruction 0x6f in its pickle")); // OBJ
    CHECK(is_damaged("", "ends in the middle"));
    CHECK(is_damaged("K", "ends in the middle"));
    CHECK(is_damaged("X\xff\xff\xff\xff"
                     "abc",
                     "ends in the middle"));
    CHECK(is_damaged("N", "ends in the middle"));
    CHECK(is_damaged(".", "takes from an empty stack"));
    CHECK(is_damaged("K\1(\x85.", "takes from an empty stack"));
    CHECK(is_damaged("t.", "has no mark"));
    CHECK(is_damaged("Na.", "takes from an empty stack"));
    CHECK(is_damaged("}Na.", "adds to what is no container of the kind"));
    CHECK(is_damaged("](NNu.", "adds to what is no container of the kind"));
    CHECK(is_damaged("}(Nu.", "has a key without a value"));
    CHECK(is_damaged("h\0."sv, "recalls what it never remembered"));
    CHECK(is_damaged("Nr\xff\xff\xff\x7f.", "remembers too much"));
    CHECK(is_damaged("q\0."sv, "takes from an empty stack"));
    CHECK(is_damaged("ctorch", "has a name without end"));
    CHECK(is_damaged("\x8c\1aN\x93."sv, "has a name that is no text"));
    CHECK(is_damaged("N)R.", "calls what is no name"));
    CHECK(is_damaged("ca\nB\nNR.", "calls what is no name"));
    CHECK(is_damaged("N}b.", "gives a state to what has none"));
    CHECK(is_damaged("ccollections\nOrderedDict\nN\x85R.", "makes a dictionary of what is no list"));
    CHECK(is_damaged("ccollections\nOrderedDict\n](Ne\x85R.", "makes a dictionary of what are no pairs"));
    CHECK(is_damaged("cbuiltins\nset\n)R.", "makes a set of what is no list"));
}

TEST_CASE("pickle: what is written is read", "[formats][pickle]")
{
    using namespace pickle;
    const auto again = [](const Made& value) { return shown(file_of(value)); };
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{255}, std::int64_t{256}, std::int64_t{65535}, std::int64_t{65536}, std::int64_t{-1},
          std::int64_t{2147483647}, std::int64_t{2147483648}, std::int64_t{-2147483648}, std::int64_t{-2147483649},
          std::numeric_limits<std::int64_t>::min()})
        CHECK(again(integer(number)) == std::to_string(number));
    CHECK(again(real(-0.1)) == "-0.1");
    CHECK(again(tuple({none(), boolean(true), boolean(false), text("a\n")})) == "(None True False \"a\n\" )");
    CHECK(again(tuple({tuple({}), list({}), list({integer(1)}), sizes({2, 3})})) == "(() [] [1 ] (2 3 ) )");
    CHECK(again(dictionary({{"a", integer(1)}, {"b", dictionary({})}})) == "{\"a\" 1 \"b\" {} }");
    CHECK(again(ordered_dictionary({{"a", integer(1)}})) == "{\"a\" 1 }");
    CHECK(again(object(global("a", "B"), {{"x", none()}})) == "o(a B () )+{\"x\" None }");
    CHECK(again(call(global("torch", "Size"), {sizes({1})})) == "o(torch Size ((1 ) ) )");
    CHECK(again(persistent(text("a"))) == "<\"a\" >");
}
