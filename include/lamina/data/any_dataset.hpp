// lamina/data/any_dataset.hpp: a dataset of elements E, whatever it is made of.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A cursor behind one virtual call an element.
template <class E> class AnyCursor {
    struct Base {
        virtual ~Base() = default;
        virtual bool next(E& to) = 0;
        virtual std::uint64_t skip(std::uint64_t n) = 0;
        virtual bool skips_places() const = 0;
    };
    template <class C> struct Of final : Base {
        C cursor;
        explicit Of(C c) : cursor(std::move(c)) {}
        bool next(E& to) override { return cursor.next(to); }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n) override { return internals::skip_elements<E>(cursor, n); }
        bool skips_places() const override { return internals::skips_places(cursor); }
    };

public:
    template <class C>
        requires(!std::same_as<C, AnyCursor>)
    explicit AnyCursor(C cursor) : hidden(new Of<C>(std::move(cursor)))
    {}

    bool next(E& to) { return hidden->next(to); }
    [[gnu::cold]] std::uint64_t skip(std::uint64_t n) { return hidden->skip(n); }
    bool skips_places() const { return hidden->skips_places(); }

private:
    std::unique_ptr<Base> hidden;
};

} // namespace internals

/// A dataset of elements E whose type says nothing else: what a function takes, what a variable holds that is one pipeline now and
/// another later. It costs one virtual call an element, so it stands behind `batch`.
///
/// Example: `AnyDataset<std::int64_t> numbers = range(10) | skip(3);`
template <class E> class AnyDataset {
    struct Base {
        virtual ~Base() = default;
        virtual internals::AnyCursor<E> open(Pass pass) const = 0;
        virtual std::int64_t cardinality() const = 0;
        virtual std::vector<Component> spec() const = 0;
    };
    template <class D> struct Of final : Base {
        D dataset;
        explicit Of(D d) : dataset(std::move(d)) {}
        [[gnu::cold]] internals::AnyCursor<E> open(Pass pass) const override
        {
            return internals::AnyCursor<E>(dataset.open(pass));
        }
        [[gnu::cold]] std::int64_t cardinality() const override { return lamina::cardinality(dataset); }
        [[gnu::cold]] std::vector<Component> spec() const override { return lamina::spec(dataset); }
    };

public:
    using element = E;

    template <class D>
        requires(!std::same_as<D, AnyDataset> && Dataset<D> && std::same_as<typename D::element, E>)
    [[gnu::cold]] AnyDataset(D dataset) : hidden(std::make_shared<Of<D>>(std::move(dataset)))
    {}

    [[gnu::cold]] internals::AnyCursor<E> open(Pass pass) const { return hidden->open(pass); }
    [[gnu::cold]] std::int64_t cardinality() const { return hidden->cardinality(); }
    [[gnu::cold]] std::vector<Component> spec() const { return hidden->spec(); }

private:
    std::shared_ptr<const Base> hidden;
};

template <Dataset D> AnyDataset(D) -> AnyDataset<typename D::element>;

}} // namespace lamina
