// lamina/pytorch.hpp: files of PyTorch, both ways: state_dicts, checkpoints, whole modules. Needs libzip (lamina::pytorch).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/interop/pytorch/load.hpp>
#include <lamina/interop/pytorch/load_optimizer.hpp>
#include <lamina/interop/pytorch/save.hpp>
#include <lamina/interop/pytorch/to_type.hpp>
#include <lamina/interop/pytorch/writer.hpp>
