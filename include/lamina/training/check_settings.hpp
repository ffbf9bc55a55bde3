// lamina/training/check_settings.hpp: the member with which a loss, a metric or an optimizer checks its settings.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>

LAMINA_HAS_MEMBER(check_settings)

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether M has such a member, which would never be called as it is.
template <class M>
inline constexpr bool check_settings_is_wrong = has_member_check_settings<M> && !requires(const M& m) { m.check_settings(); };

}}} // namespace lamina::internals
