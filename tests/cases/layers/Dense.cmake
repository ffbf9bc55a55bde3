# Dense<units, activation, NoBias>.
case_options(units activation=linear use_bias=ON)
case_sizes(units 1)
case_activation()
case_bias()
set(type "lamina::Dense<${units}, ${activation}${no_bias}>")
