// lamina/formats/pickle/reader.hpp: reads a pickle of Python as values. Nothing is looked up, called or run.
//
// A pickle is a program for a small machine with a stack. What it would import becomes a name, what it would call an object of that name.
// Source: CPython, Lib/pickletools.py (the machine and its instructions), and pickle's documentation of the persistent id.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pickle/values.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pickle {

/// Whether a file may mention a name, "torch FloatStorage".
using name_judge = bool (*)(std::string_view name);

/// Reads one pickle; what follows it is left.
///
/// Refuses  an instruction that no model's file needs, a name that the judge does not know, and whatever no pickler writes. What it builds stays
///          within a multiple of its size.
class Reader {
public:
    /// `called` is what errors call the file.
    Reader(std::string_view bytes, std::string_view called, name_judge judge)
        : rest(bytes), file(called), knows(judge), size(bytes.size()), budget(16 * bytes.size() + 1024)
    {}

    [[gnu::cold]] Values read()
    {
        if (rest.size() > nowhere / 2) refuse({"holds a pickle of ", rest.size(), " bytes, which is no model's"});
        while (step(byte())) {}
        return std::move(made);
    }

    /// What stands behind the pickle that was read.
    std::string_view after() const { return rest; }

private:
    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> why) const
    {
        internals::fail({file, ": ", internals::text_of(why)});
    }
    [[noreturn, gnu::cold]] void damaged(const char* what) const
    {
        refuse({"its pickle ", what, "; the file is damaged, so copy it again"});
    }

    [[gnu::cold]] std::string_view take(std::uint64_t n)
    {
        if (n > rest.size()) damaged("ends in the middle");
        const auto part = rest.substr(0, static_cast<std::size_t>(n));
        rest.remove_prefix(part.size());
        return part;
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }

    /// A whole number of some bytes, the lowest first.
    [[gnu::cold]] std::uint64_t number(std::size_t bytes, std::string_view digits = {})
    {
        if (digits.empty()) digits = take(bytes);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(digits[i])} << (8 * i);
        return value;
    }
    [[gnu::cold]] std::string_view line()
    {
        const std::size_t length = rest.find('\n');
        if (length == rest.npos) damaged("has a name without end");
        const auto text = take(length);
        take(1);
        return text;
    }

    /// What is copied is paid for, so that references to one thing cannot multiply it.
    [[gnu::cold]] void spend(std::size_t n)
    {
        if (n > budget) damaged("builds more than its size can justify");
        budget -= n;
    }

    [[gnu::cold]] void push(Value value)
    {
        made.all.push_back(std::move(value));
        stack.push_back(static_cast<place>(made.all.size() - 1));
    }
    [[gnu::cold]] void push_integer(std::int64_t value) { push({.is = kind::integer, .number = value}); }
    [[gnu::cold]] void push_text(std::uint64_t length, kind as = kind::text)
    {
        push({.is = as, .text = std::string(take(length))});
    }

    std::size_t floor() const { return marks.empty() ? 0 : marks.back(); }
    [[gnu::cold]] place top_place() const
    {
        if (stack.size() <= floor()) damaged("takes from an empty stack");
        return stack.back();
    }
    Value& top() { return made.all[top_place()]; }
    [[gnu::cold]] place pop()
    {
        const place taken = top_place();
        stack.pop_back();
        return taken;
    }
    [[gnu::cold]] std::vector<place> pop_to_mark()
    {
        if (marks.empty()) damaged("has no mark");
        std::vector<place> items(stack.begin() + static_cast<std::ptrdiff_t>(marks.back()), stack.end());
        stack.resize(marks.back());
        marks.pop_back();
        return items;
    }
    [[gnu::cold]] void push_tuple(std::size_t n)
    {
        Value tuple{.is = kind::tuple};
        tuple.items.resize(n);
        while (n-- > 0) tuple.items[n] = pop();
        push(std::move(tuple));
    }
    [[gnu::cold]] void add_to_top(const std::vector<place>& items, kind wanted)
    {
        Value& to = top(); // an object may be of a class that is made from a container
        if (to.is != wanted && to.is != kind::object) damaged("adds to what is no container of the kind");
        if (wanted == kind::dictionary && items.size() % 2 != 0) damaged("has a key without a value");
        to.items.insert(to.items.end(), items.begin(), items.end());
    }

    [[gnu::cold]] void remember(std::uint64_t key)
    {
        // Picklers count from 0 on; a far key would be memory that its size does not justify.
        if (key > size) damaged("remembers too much");
        if (key >= memo.size()) memo.resize(static_cast<std::size_t>(key) + 1, nowhere);
        memo[static_cast<std::size_t>(key)] = top_place();
        ++remembered;
    }
    [[gnu::cold]] void recall(std::uint64_t key)
    {
        if (key >= memo.size() || memo[static_cast<std::size_t>(key)] == nowhere) damaged("recalls what it never remembered");
        stack.push_back(memo[static_cast<std::size_t>(key)]);
    }

    [[gnu::cold]] void push_global(std::string_view module, std::string_view name)
    {
        std::string both = internals::text_of({module, ' ', name});
        spend(both.size());
        if (!knows(both))
            refuse({"asks for \"", both, "\", which is none of the things that a model's file needs; nothing was run"});
        push({.is = kind::global, .text = std::move(both)});
    }
    [[gnu::cold]] void push_stack_global()
    {
        const place name = pop(), module = pop();
        if (made[name].is != kind::text || made[module].is != kind::text) damaged("has a name that is no text");
        push_global(made[module].text, made[name].text);
    }

    /// What a class or function and a tuple of arguments would become. Containers of Python's own library are what they are.
    [[gnu::cold]] void make_object()
    {
        const place arguments = pop();
        place type = pop();
        // In files before PyTorch 1.6 the class of a module is an id: ("module", class, file, source).
        if (const Value& given = made[type]; given.is == kind::persistent) {
            const Value& id = made[given.items[0]];
            if (id.is == kind::tuple && id.items.size() > 1 && made[id.items[0]].is_text("module")) type = id.items[1];
        }
        if (made[type].is != kind::global || made[arguments].is != kind::tuple) damaged("calls what is no name");
        const std::string_view name = made[type].text;
        if (name == "collections OrderedDict") push_dictionary(made[arguments]);
        else if (name == "collections defaultdict") push({.is = kind::dictionary}); // its argument makes what is not there
        else if (name == "__builtin__ set" || name == "builtins set") push_set(made[arguments]);
        else push({.is = kind::object, .items = {type, arguments}});
    }
    [[gnu::cold]] void push_dictionary(const Value& arguments)
    {
        Value dictionary{.is = kind::dictionary};
        if (arguments.items.size() > 1 || (arguments.items.size() == 1 && made[arguments.items[0]].is != kind::list))
            damaged("makes a dictionary of what is no list");
        for (const place list : arguments.items) // as Python 2 wrote it: a list of pairs
            for (const place pair : made[list].items) {
                const Value& two = made[pair];
                if ((two.is != kind::list && two.is != kind::tuple) || two.items.size() != 2)
                    damaged("makes a dictionary of what are no pairs");
                spend(2);
                dictionary.items.push_back(two.items[0]);
                dictionary.items.push_back(two.items[1]);
            }
        push(std::move(dictionary));
    }
    [[gnu::cold]] void push_set(const Value& arguments)
    {
        if (arguments.items.size() != 1 || made[arguments.items[0]].is != kind::list) damaged("makes a set of what is no list");
        const auto& items = made[arguments.items[0]].items;
        spend(items.size());
        push({.is = kind::set, .items = items});
    }
    [[gnu::cold]] void set_state()
    {
        const place state = pop();
        if (top().is != kind::object && top().is != kind::dictionary) damaged("gives a state to what has none");
        top().state = state;
    }

    /// Any whole number. What 64 bits do not hold is kept as its bytes: the number with which old files begin.
    [[gnu::cold]] void push_long(std::size_t length)
    {
        const auto digits = take(length);
        Value value{.is = kind::integer};
        if (length > 8) value.text = digits;
        else if (length > 0) {
            std::uint64_t bits = number(length, digits);
            const bool negative = (static_cast<std::uint8_t>(digits.back()) & 0x80) != 0;
            if (negative && length < 8) bits |= ~std::uint64_t{0} << (8 * length);
            value.number = static_cast<std::int64_t>(bits);
        }
        push(std::move(value));
    }
    [[gnu::cold]] void push_real()
    {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
        push({.is = kind::real, .number = static_cast<std::int64_t>(bits)});
    }

    /// One instruction. False at the end of the pickle.
    [[gnu::cold]] bool step(std::uint8_t instruction)
    {
        switch (instruction) {
        case 0x80: // PROTO
            if (const std::uint8_t protocol = byte(); protocol > 5)
                refuse({"is a pickle of protocol ", +protocol, ", lamina reads 2 to 5; save it with pickle_protocol=2"});
            return true;
        case 0x95: take(8); return true; // FRAME
        case '.': made.root = pop(); return false;
        case '(': marks.push_back(stack.size()); return true;
        case 'N': push({}); return true;
        case 0x88: push({.is = kind::boolean, .number = 1}); return true;
        case 0x89: push({.is = kind::boolean}); return true;
        case 'K': push_integer(static_cast<std::int64_t>(number(1))); return true;
        case 'M': push_integer(static_cast<std::int64_t>(number(2))); return true;
        case 'J': push_integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4)))); return true;
        case 0x8a: push_long(byte()); return true;
        case 'G': push_real(); return true;
        case 'X':
        case 'T': push_text(number(4)); return true;
        case 0x8c:
        case 'U': push_text(number(1)); return true;
        case 0x8d: push_text(number(8)); return true;
        case 'B': push_text(number(4), kind::bytes); return true;
        case 'C': push_text(number(1), kind::bytes); return true;
        case ']': push({.is = kind::list}); return true;
        case '}': push({.is = kind::dictionary}); return true;
        case 0x8f: push({.is = kind::set}); return true;
        case ')': push_tuple(0); return true;
        case 0x85: push_tuple(1); return true;
        case 0x86: push_tuple(2); return true;
        case 0x87: push_tuple(3); return true;
        case 't': push({.is = kind::tuple, .items = pop_to_mark()}); return true;
        case 'a': {
            const place item = pop();
            add_to_top({item}, kind::list);
            return true;
        }
        case 'e': add_to_top(pop_to_mark(), kind::list); return true;
        case 's': {
            const place value = pop(), key = pop();
            add_to_top({key, value}, kind::dictionary);
            return true;
        }
        case 'u': add_to_top(pop_to_mark(), kind::dictionary); return true;
        case 0x90: add_to_top(pop_to_mark(), kind::set); return true;
        case 'q': remember(number(1)); return true;
        case 'r': remember(number(4)); return true;
        case 0x94: remember(remembered); return true;
        case 'h': recall(number(1)); return true;
        case 'j': recall(number(4)); return true;
        case 'c': {
            const auto module = line(), name = line();
            push_global(module, name);
            return true;
        }
        case 0x93: push_stack_global(); return true;
        case 'R':  // REDUCE
        case 0x81: // NEWOBJ
            make_object();
            return true;
        case 'b': set_state(); return true;
        case 'Q': {
            const place id = pop();
            push({.is = kind::persistent, .items = {id}});
            return true;
        }
        default: {
            constexpr char digits[] = "0123456789abcdef";
            refuse({"has the instruction 0x", digits[instruction >> 4], digits[instruction & 15],
                    " in its pickle, which no model's file needs; nothing was run"});
        }
        }
    }

    std::string_view rest, file;
    name_judge knows;
    std::size_t size, budget;
    Values made;
    std::vector<place> stack;
    std::vector<std::size_t> marks;
    std::vector<place> memo;
    std::size_t remembered = 0;
};

}}} // namespace lamina::pickle
