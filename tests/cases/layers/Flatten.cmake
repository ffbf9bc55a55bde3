# Flatten.
case_options(data_format=channels_last)
case_only(data_format channels_last)
set(type lamina::Flatten)
