// lamina/pytorch.hpp: files of PyTorch. Needs libzip (lamina::pytorch).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/interop/pytorch/writer.hpp>
