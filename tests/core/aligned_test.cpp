// Room that starts on 64 bytes, and room that a thread keeps.
#include "catch.hpp"

#include <lamina/core/aligned.hpp>

#include <cstdint>
#include <thread>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> bool is_aligned(const T* p) { return reinterpret_cast<std::uintptr_t>(p) % alignment == 0; }

} // namespace

TEMPLATE_TEST_CASE("room starts on 64 bytes and grows only", "[core][aligned]", float, double, const float*)
{
    Aligned<TestType> room;
    CHECK((room.size() == 0 && room.data() == nullptr));
    for (const auto n : {std::size_t{1}, std::size_t{3}, std::size_t{16}, std::size_t{1000}}) {
        room.reserve(n);
        CHECK((room.size() == n && is_aligned(room.data())));
        room[n - 1] = TestType{};
        CHECK((&room[n - 1] == room.data() + n - 1 && room.data()[n - 1] == TestType{}));
    }
    const auto* const kept = room.data();
    room.reserve(7);
    CHECK((room.size() == 1000 && room.data() == kept));
    const Aligned<TestType> moved = std::move(room);
    CHECK(moved.data() == kept);
}

TEST_CASE("borrowed rooms nest, are kept, and are each thread's own", "[core][aligned]")
{
    const double* first = nullptr;
    {
        const Borrowed<double> outer(100);
        first = outer.data();
        const Borrowed<double> inner(100);
        CHECK((is_aligned(first) && is_aligned(inner.data()) && inner.data() != first));
        const double* other = nullptr;
        std::thread([&] { other = Borrowed<double>(100).data(); }).join();
        CHECK((other != nullptr && other != first && other != inner.data()));
    }
    CHECK(Borrowed<double>(50).data() == first);
}

TEST_CASE("a thread that ends may still borrow", "[core][aligned]")
{
    struct Borrows {
        bool* right;
        ~Borrows()
        {
            const Borrowed<double> outer(100), none(0);
            const Borrowed<double> inner(100);
            *right = is_aligned(outer.data()) && is_aligned(inner.data()) && outer.data() != inner.data();
            outer.data()[99] = inner.data()[99] = 1;
        }
    };
    bool right = false;
    std::thread([&] {
        static thread_local const Borrows at_the_end{&right}; // made first, so it ends when the rooms are gone
        CHECK(Borrowed<double>(100).data() != nullptr);
    }).join();
    CHECK(right);
}
