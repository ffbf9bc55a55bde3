// lamina/core/variable.hpp: a field of a model: a handle with a static shape to a stored record.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/record.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina {

/// What a variable needs of its record.
struct form {
    shape extents;
    number type;
};

/// A variable without its static type, as loading, saving and copying see it.
class AnyVariable {
public:
    bool bound() const { return kept && kept->alive(); }
    const form& needs() const { return *needed; }
    const std::shared_ptr<record>& storage() const { return kept; }

    /// Binds to a record of the same shape and type, without copying.
    LAMINA_ONCE void bind(std::shared_ptr<record> to)
    {
        detail::now_and_then();
        if (to->extents() != needed->extents || to->type() != needed->type)
            fail({'"', to->name, "\" is ", name_of(to->type()), ' ', to->extents(), ", the variable needs ",
                  name_of(needed->type), ' ', needed->extents});
        kept = std::move(to);
    }

    /// Makes a record of its own, filled with zeros.
    LAMINA_ONCE void make(std::string name) { kept = make_record(std::move(name), needed->extents, needed->type); }

    /// Lets go of its record.
    void release() { kept.reset(); }

protected:
    explicit AnyVariable(const form& needs) : needed(&needs) {}
    AnyVariable(AnyVariable&&) noexcept = default;
    AnyVariable& operator=(AnyVariable&&) noexcept = default;
    LAMINA_ONCE ~AnyVariable() {}

    std::shared_ptr<record> kept;

private:
    const form* needed;
};

namespace detail {

/// Throws, for a variable that has no numbers. `where` begins the sentence; `remedy` is what to do where it never had any.
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_unbound(const AnyVariable& variable, std::string_view path,
                                                                  std::string_view where = {},
                                                                  std::string_view remedy = "make the model with build or load")
{
    if (const auto& released = variable.storage())
        fail({where, '"', path, "\" was bound to \"", released->name,
              "\", which its graph has let go; bind the model again before it is used"});
    fail({where, '"', path, "\" is bound to no stored variable; ", remedy, " before it is used"});
}

} // namespace detail

/// A learned tensor of shape `Extents`. It owns nothing by itself: `build`, a graph or a load binds it to a record.
/// It moves and does not copy, since two models may share a record only where somebody says so.
template <class T, shape Extents>
class Variable : public AnyVariable {
public:
    using value_type = T;
    static constexpr shape extents = Extents;
    static constexpr placement places{Extents, number_of<T>};
    /// The number of elements that are learned; padding is not counted.
    static constexpr std::size_t size = Extents.size();

    Variable() : AnyVariable(what) {}
    Variable(Variable&&) noexcept = default;
    Variable& operator=(Variable&&) noexcept = default;

    /// The numbers in stored order; null where the variable is unbound.
    const T* data() const { return kept ? std::as_const(*kept).template data<T>() : nullptr; }
    T* data() { return kept ? kept->template data<T>() : nullptr; }

private:
    static constexpr form what{Extents, number_of<T>};
};

template <class P>
inline constexpr bool is_variable = false;
template <class T, shape E>
inline constexpr bool is_variable<Variable<T, E>> = true;

/// Stands in a block where an option took a variable away (`NoBias`).
template <class T>
struct Absent {
    static constexpr std::size_t size = 0;
    static constexpr T* data() { return nullptr; }
};

} // namespace lamina
