// lamina/training/optimizers/whole_parameter.hpp: a parameter as a rule sees it that has to look at all of it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {

/// What `update_whole` of an optimizer gets: a rule of norms, of rows and columns, of products of matrices.
///
/// Pointers are on 64 bytes and show numbers as they are stored (`of.places()`), `size` of them with the zeros behind rows, which have to
/// stay zero. The gradient is the rule's to write into.
template <class T> struct WholeParameter {
    const stored_types::record& of; ///< its name, extents and places
    T* value;
    T* gradient;
    std::size_t size;
    std::span<const std::shared_ptr<stored_types::record>>
        slot_records; ///< like the parameter, or of the shape that `slot_shape` gave them

    T* slot(std::size_t i) const { return slot_records[i]->template data<T>(); }
};

}}} // namespace lamina::protocols
