// lamina/core/variable.hpp: a field of a model: a handle with a static shape to a stored record.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/record.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a variable needs of its record.
struct form {
    Shape extents;
    dtype type;
    stored_types::storage_kind as{};
};

} // namespace internals

/// A variable without its static type, as loading, saving and copying see it.
class AnyVariable : public internals::functions::found_here {
public:
    bool bound() const { return kept && kept->alive(); }
    const internals::form& needs() const { return *needed; }
    const std::shared_ptr<stored_types::record>& storage() const { return kept; }

    /// Binds to a record of the same shape and type, without copying.
    LAMINA_OUTLINED void bind(std::shared_ptr<stored_types::record> to)
    {
        internals::now_and_then();
        if (to->extents() != needed->extents || to->type() != needed->type)
            internals::fail({'"', to->name, "\" is ", internals::name_of(to->type()), ' ', to->extents(), ", the variable needs ",
                             internals::name_of(needed->type), ' ', needed->extents});
        if (!to->arrange(needed->as))
            internals::fail({'"', to->name, "\" is bound to a variable of another kind (",
                             to->as().observed ? "observed" : "learned", ", rows of ", to->as().in_row, " axes), this one is ",
                             needed->as.observed ? "observed" : "learned", ", rows of ", needed->as.in_row,
                             " axes; give each a record of its own"});
        replace(std::move(to));
    }

    /// Binds to a record that outlives it, without owning it and without memory.
    [[gnu::cold]] void refer_to(stored_types::record& to)
    {
        replace(std::shared_ptr<stored_types::record>(std::shared_ptr<stored_types::record>(), &to));
    }

    /// Makes a record of its own, filled with zeros.
    LAMINA_OUTLINED void make(std::string name)
    {
        auto made = internals::make_record(std::move(name), needed->extents, needed->type, needed->as);
        made->arrange(needed->as); // it stays of this kind
        replace(std::move(made));
    }

    /// Lets go of its record.
    void release() { replace({}); }

protected:
    explicit AnyVariable(const internals::form& needs) : needed(&needs) {}
    [[gnu::cold, gnu::noinline]] AnyVariable(AnyVariable&& from) noexcept : kept(std::move(from.kept)), needed(from.needed)
    {
        if (kept) kept->left_by(&from);
    }
    [[gnu::cold, gnu::noinline]] AnyVariable& operator=(AnyVariable&& from) noexcept
    {
        if (from.kept) from.kept->left_by(&from);
        replace(std::move(from.kept));
        return *this;
    }
    LAMINA_OUTLINED ~AnyVariable()
    {
        if (kept) kept->left_by(this);
    }

    std::shared_ptr<stored_types::record> kept;

private:
    [[gnu::cold, gnu::noinline]] void replace(std::shared_ptr<stored_types::record> by) noexcept
    {
        if (kept && kept != by) kept->replaced_in(this);
        kept = std::move(by);
    }

    const internals::form* needed;
};

namespace internals {

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

} // namespace internals

/// A learned tensor of shape `Extents`. It owns nothing by itself: `build`, a graph or a load binds it to a record.
/// It moves and does not copy, since two models may share a record only where somebody says so.
/// `As` says how many of the last axes make a row, and whether it is learned or observed.
template <class T, Shape Extents, stored_types::storage_kind As = stored_types::storage_kind{}>
class Variable : public AnyVariable {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "lamina: variables hold float or double");

public:
    using value_type = T;
    static constexpr Shape extents = Extents;
    static constexpr stored_types::storage_kind as = As;
    static constexpr stored_types::placement places{Extents, stored_types::dtype_of<T>, As.in_row};
    /// The number of elements that are learned; padding is not counted.
    static constexpr std::size_t size = Extents.size();

    Variable() : AnyVariable(what) {}
    Variable(Variable&&) noexcept = default;
    Variable& operator=(Variable&&) noexcept = default;

    /// The numbers in stored order; null where the variable is unbound.
    const T* data() const { return kept ? std::as_const(*kept).template data<T>() : nullptr; }
    T* data() { return kept ? kept->template data<T>() : nullptr; }

private:
    static constexpr internals::form what{Extents, stored_types::dtype_of<T>, As};
};

/// A variable that is observed and not learned, as a moving mean is: `backward` adds to its gradient the step that it takes.
template <class T, Shape Extents> using Observed = Variable<T, Extents, stored_types::storage_kind{.observed = true}>;

namespace internals {

template <class P> inline constexpr bool is_variable = false;
template <class T, Shape E, stored_types::storage_kind As> inline constexpr bool is_variable<Variable<T, E, As>> = true;

/// Stands in a block where an option took a variable away (`NoBias`).
template <class T> struct Absent {
    static constexpr std::size_t size = 0;
    static constexpr T* data() { return nullptr; }
};

} // namespace internals

}} // namespace lamina
