# MaxPooling2D<window, Strides, padding>.
case_pooling_2d()
