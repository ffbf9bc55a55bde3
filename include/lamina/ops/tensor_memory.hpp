// lamina/ops/tensor_memory.hpp: the memory of tensors: one block for form and numbers, counted, and kept when it is let go.
//
// A new page of memory costs far more than the arithmetic of an op, so blocks are not given back: each thread keeps those that it let go
// in lists by size, up to a limit, until it ends or asks for `release_memory()`.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Form and numbers of a tensor. Its handles count themselves; numbers of up to 32 bytes lie in the block itself, others behind it.
struct Body {
    std::atomic<std::uint32_t> owners{1};
    dtype type;
    std::uint8_t size_class; ///< of the list that takes it; none where it is too large
    bool symbolic = false;   ///< a value of a graph that is traced: a form without numbers
    std::uint32_t node = 0;  ///< of that graph
    std::byte* data;         ///< null where nobody needs the numbers
    Shape extents;
    std::shared_ptr<const void> keeper{}; ///< what owns the numbers, where they lie elsewhere
};

inline constexpr std::size_t alignment = 64, small_block = 128, own_room = (sizeof(Body) + 15) / 16 * 16;
static_assert(own_room + 16 <= small_block);

/// Four classes of size between two powers of two.
constexpr std::size_t class_of(std::size_t bytes)
{
    if (bytes <= small_block) return 0;
    const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1; // 2^power < bytes <= 2^(power + 1)
    return 4 * (power - 7) + (bytes - 1 - (std::size_t{1} << power)) / (std::size_t{1} << (power - 2)) + 1;
}
constexpr std::size_t bytes_of_class(std::size_t c)
{
    if (c == 0) return small_block;
    const std::size_t power = (c - 1) / 4;
    return (small_block << power) + ((c - 1) % 4 + 1) * (std::size_t{32} << power);
}
static_assert(class_of(128) == 0 && class_of(129) == 1 && bytes_of_class(1) == 160 && class_of(160) == 1 && class_of(161) == 2);
static_assert(bytes_of_class(4) == 256 && class_of(256) == 4 && class_of(257) == 5);

inline constexpr std::size_t class_count = 100, no_class = 255;

/// What this thread let go. It has no destructor, so that nothing guards it; LetGoAtEnd empties it.
struct Kept {
    void* first[class_count];
    std::size_t bytes, most;
    bool started, open; ///< open until the thread ends
};
inline constinit thread_local Kept kept_blocks{};

inline void* next_of(void* block)
{
    void* next = nullptr;
    std::memcpy(&next, block, sizeof next);
    return next;
}

[[gnu::cold]] inline void let_go_of_kept()
{
    for (void*& first : kept_blocks.first)
        while (first) {
            void* const block = first;
            first = next_of(block);
            ::operator delete(block, std::align_val_t{alignment});
        }
    kept_blocks.bytes = 0;
}

struct LetGoAtEnd {
    ~LetGoAtEnd()
    {
        kept_blocks.open = false;
        let_go_of_kept();
    }
};

[[gnu::cold, gnu::noinline]] inline void* new_block(std::size_t bytes)
{
    if (!kept_blocks.started) {
        kept_blocks.most = std::size_t{512} << 20;
        kept_blocks.started = kept_blocks.open = true;
        [[maybe_unused]] static thread_local const LetGoAtEnd at_end;
    }
    void* const block = ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
    if (!block) fail({"there is no memory for a tensor of ", bytes, " bytes"});
    return block;
}

inline Body* new_body(dtype type, const Shape& extents, std::size_t bytes)
{
    const bool own = bytes <= small_block - own_room;
    const std::size_t whole = own ? small_block : small_block + bytes, c = class_of(whole);
    void* at = c < class_count ? kept_blocks.first[c] : nullptr;
    if (at) {
        kept_blocks.first[c] = next_of(at);
        kept_blocks.bytes -= bytes_of_class(c);
    }
    else at = new_block(c < class_count ? bytes_of_class(c) : whole);
    auto* const body = new (at) Body{.type = type,
                                     .size_class = static_cast<std::uint8_t>(c < class_count ? c : no_class),
                                     .data = nullptr,
                                     .extents = extents};
    if (bytes > 0) body->data = static_cast<std::byte*>(at) + (own ? own_room : small_block);
    return body;
}

inline void delete_body(Body* body)
{
    const std::size_t c = body->size_class;
    body->~Body();
    if (kept_blocks.open && c != no_class && kept_blocks.bytes + bytes_of_class(c) <= kept_blocks.most) {
        void* const block = body;
        std::memcpy(block, &kept_blocks.first[c], sizeof(void*));
        kept_blocks.first[c] = block;
        kept_blocks.bytes += bytes_of_class(c);
    }
    else ::operator delete(static_cast<void*>(body), std::align_val_t{alignment});
}

} // namespace internals::tensors

/// Gives back the memory that this thread keeps for its next tensors. Living tensors are not touched.
///
/// Example    release_memory(); // after the largest batch
[[gnu::cold]] inline void release_memory() { internals::tensors::let_go_of_kept(); }

/// How many bytes this thread keeps of tensors that it let go, at most; 512 MiB unless it says otherwise.
///
/// Example    keep_memory(64 << 20);
[[gnu::cold]] inline void keep_memory(std::size_t bytes)
{
    ::operator delete(internals::tensors::new_block(1), std::align_val_t{internals::tensors::alignment});
    internals::tensors::kept_blocks.most = bytes;
    if (internals::tensors::kept_blocks.bytes > bytes) release_memory();
}

}} // namespace lamina
