# The call of a loss's case; the translator's `type` is the loss with its options: lamina::MeanSquaredError{}.
set(begin "cases::loss(R\"case(${here})case\", ")
set(end ")")

# case_loss_options(<name>[=<default>]…): those of the class, beside the one that all losses have.
macro(case_loss_options)
  case_options(reduction=sum_over_batch_size ${ARGN})
  case_only(reduction sum_over_batch_size)
endmacro()
