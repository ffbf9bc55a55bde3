# Adam: learning_rate, beta_1, beta_2, epsilon, amsgrad, clipping.
case_optimizer_options(beta_1=0.9 beta_2=0.999 epsilon=1e-7 amsgrad=OFF)
case_number(beta_1)
case_number(beta_2)
case_float(epsilon)
case_boolean(amsgrad)
set(type "lamina::Adam{${learning_rate}, .beta_1 = ${beta_1}, .beta_2 = ${beta_2}, .epsilon = ${epsilon}, .amsgrad = ${amsgrad}${clipping}}")
