# ExponentialDecay: initial_learning_rate, decay_steps, decay_rate, staircase.
case_options(initial_learning_rate decay_steps decay_rate staircase=OFF)
case_float(initial_learning_rate)
case_sizes(decay_steps 1)
case_float(decay_rate)
case_boolean(staircase)
set(type "lamina::ExponentialDecay{.initial_learning_rate = ${initial_learning_rate}, .decay_steps = ${decay_steps}, ")
string(APPEND type ".decay_rate = ${decay_rate}, .staircase = ${staircase}}")
