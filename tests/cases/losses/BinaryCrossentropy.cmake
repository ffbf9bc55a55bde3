# BinaryCrossentropy: from_logits, label_smoothing; the row is the last axis.
case_loss_options(from_logits=OFF label_smoothing=0 axis=-1)
case_only(axis -1)
case_boolean(from_logits)
case_float(label_smoothing)
set(type "lamina::BinaryCrossentropy{.from_logits = ${from_logits}, .label_smoothing = ${label_smoothing}}")
