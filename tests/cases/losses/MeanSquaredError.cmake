# MeanSquaredError.
case_loss_options()
set(type lamina::MeanSquaredError{})
