// lamina/layers/options.hpp: options are types from disjoint families, in any order.
#pragma once

#include <lamina/core/text.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace lamina {

/// Every option belongs to exactly one family; a layer names the families it knows.
namespace family {
struct activation {};
struct bias {};
struct dilation {};
struct initialiser {};
struct kernel_size {};
struct name {};
struct padding {};
struct strides {};
} // namespace family

/// The extent of a convolution's kernel: `Kernel<5>` or `Kernel<height, width>`.
template <std::size_t Height, std::size_t Width = Height>
struct Kernel {
    using family = family::kernel_size;
    static constexpr std::size_t height = Height, width = Width;
};

/// The step of a window: `Strides<2>` or `Strides<height, width>`.
template <std::size_t Height, std::size_t Width = Height>
struct Strides {
    using family = family::strides;
    static constexpr std::size_t height = Height, width = Width;
};

/// The distance between a kernel's taps: `Dilation<2>` or `Dilation<height, width>`.
template <std::size_t Height, std::size_t Width = Height>
struct Dilation {
    using family = family::dilation;
    static constexpr std::size_t height = Height, width = Width;
};

/// The window stays inside its input (Keras's "valid").
struct Valid {
    using family = family::padding;
};

/// The input is padded so that output = ceil(input / stride); an odd rest goes to the bottom and the right (Keras's "same").
struct Same {
    using family = family::padding;
};

/// The layer learns no bias.
struct NoBias {
    using family = family::bias;
};

/// The initialiser of the bias, `Bias<Ones>`; Zeros where it is not given.
template <class Initialiser>
struct Bias {
    using family = family::bias;
    using initialiser = Initialiser;
};

/// The name of a layer in paths: `Name<"stem">` makes `stem/kernel` of `0/kernel`.
template <text Text>
struct Name {
    using family = family::name;
    static constexpr std::string_view value = Text.view();
};

/// Why a layer cannot take an option; compilers print the enumerator.
enum class option_is {
    fine,
    unknown_to_this_layer,
    of_a_family_that_is_given_twice,
};

namespace detail {

template <class T>
struct tag {
    using type = T;
};

template <class Option, class Family>
inline constexpr bool belongs = false;
template <class Option, class Family>
    requires requires { typename Option::family; }
inline constexpr bool belongs<Option, Family> = std::is_same_v<typename Option::family, Family>;

template <class Family, class Found>
struct pick {
    using type = Found;
    template <class Option>
    friend auto operator+(pick, tag<Option>) -> pick<Family, std::conditional_t<belongs<Option, Family>, Option, Found>>;
};

} // namespace detail

/// The option of `Family` among `Options`, or `Default`.
template <class Family, class Default, class... Options>
using chosen = typename decltype((detail::pick<Family, Default>{} + ... + detail::tag<Options>{}))::type;

/// The families a layer knows.
template <class... Family>
struct families {};

/// What is wrong with a layer's options: an option that it does not know, or a family that is given twice.
template <class Known, class... Options>
struct check_options;

template <class... Known, class... Options>
struct check_options<families<Known...>, Options...> {
private:
    template <class Option>
    static constexpr option_is judge()
    {
        const auto known = []<class Family>(detail::tag<Family>) { return detail::belongs<Option, Family>; };
        if (!(known(detail::tag<Known>{}) || ...)) return option_is::unknown_to_this_layer;
        std::size_t given = 0;
        const auto count = [&]<class Family>(detail::tag<Family>) {
            if (detail::belongs<Option, Family>) ((given += detail::belongs<Options, Family>), ...);
        };
        (count(detail::tag<Known>{}), ...);
        return given > 1 ? option_is::of_a_family_that_is_given_twice : option_is::fine;
    }

    static constexpr std::size_t first_refused = [] {
        std::size_t at = 0;
        (void)((judge<Options>() == option_is::fine ? (++at, true) : false) && ...);
        return at;
    }();

public:
    static constexpr bool fine = first_refused == sizeof...(Options);
    using offender = std::tuple_element_t<first_refused, std::tuple<Options..., void>>;
    static constexpr option_is answer = [] {
        if constexpr (fine) return option_is::fine;
        else return judge<offender>();
    }();
};

/// A layer's options are fine, or it has none.
template <class L>
inline constexpr bool options_fit = true;
template <class L>
    requires requires { L::options::fine; }
inline constexpr bool options_fit<L> = L::options::fine;

} // namespace lamina
