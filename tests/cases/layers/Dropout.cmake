# Dropout<rate>. Keras's random numbers are not ours, so a training call that drops anything cannot be compared.
case_options(rate seed=)
case_number(rate)
if(training STREQUAL "true" AND NOT rate EQUAL 0)
  case_refuse("a training call of Dropout with the rate ${rate} depends on Keras's random numbers")
endif()
set(type "lamina::Dropout<${rate}>")
