# SGD: learning_rate, momentum, nesterov, clipping.
case_optimizer_options(momentum=0 nesterov=OFF)
case_float(momentum)
case_boolean(nesterov)
set(type "lamina::SGD{${learning_rate}, .momentum = ${momentum}, .nesterov = ${nesterov}${clipping}}")
