# Activation<activation>.
case_options(activation)
case_activation()
set(type "lamina::Activation<${activation}>")
