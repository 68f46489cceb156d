#!/usr/bin/env python3
"""Writes layers.json: pooling and normalisation layers, forwards and backwards, as PyTorch computes them.

Run with PyTorch 1.13 or later; the file is committed, tests never need PyTorch.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20)
cases = []


def case(op, settings, function, inputs, needs=1):
    """One layer: its inputs, a random dy, y and the gradients of the first `needs` inputs."""
    inputs = [x.clone().requires_grad_(i < needs) for i, x in enumerate(inputs)]
    y = function(*inputs)
    dy = torch.randn_like(y)
    y.backward(dy)
    cases.append({
        "op": op, "settings": settings,
        "shapes": [list(x.shape) for x in inputs], "inputs": [flat(x) for x in inputs],
        "yShape": list(y.shape), "y": flat(y), "dy": flat(dy), "gradients": [flat(x.grad) for x in inputs[:needs]],
    })
    return cases[-1]


def flat(x):
    return [float(f"{v:.7g}") for v in x.detach().flatten().tolist()]


for kernel, stride, padding, ceil, shape in [(3, 2, 1, False, (1, 2, 9, 7)), (3, 2, 0, True, (1, 2, 8, 6)), (2, 2, 0, False, (1, 3, 6, 6)), (3, 1, 1, False, (1, 2, 7, 7))]:
    window = {"kernel": kernel, "stride": stride, "padding": padding, "ceilMode": ceil}
    x = torch.randn(shape)
    case("MaxPool2d", window, lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil), [x])
    case("MaxPool2d", window, lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil), [x.clamp(0).round()])
    for count in (True, False):
        case("AveragePool2d", window | {"countPadding": count},
             lambda x: F.avg_pool2d(x, kernel, stride, padding, ceil_mode=ceil, count_include_pad=count), [x])
    # PyTorch's lp_pool2d has no padding: squares, a sum pooling, a root.
    case("L2Pool2d", window,
         lambda x: F.avg_pool2d(x * x, kernel, stride, padding, ceil_mode=ceil, divisor_override=1).sqrt(), [x])
case("GlobalAveragePool", {}, lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1), [torch.randn(3, 5, 7, 7)])
case("L2Normalize", {}, F.normalize, [torch.randn(5, 17)])
for size, alpha, beta, k in [(5, 1e-4, 0.75, 1.0), (5, 0.5, 0.75, 2.0), (3, 0.5, 0.6, 1.0)]:
    case("LocalResponseNorm", {"size": size, "alpha": alpha, "beta": beta, "k": k},
         lambda x: F.local_response_norm(x, size, alpha, beta, k), [torch.randn(1, 7, 3, 5)])
for shape in [(3, 5, 4, 3), (8, 5)]:
    for frozen in (False, True):
        for relu in (False, True):
            mean, variance = torch.randn(5), torch.rand(5) + 0.5
            start = [mean.clone(), variance.clone()]

            def norm(x, weight, bias):
                y = F.batch_norm(x, mean, variance, weight, bias, training=not frozen)
                return y.relu() if relu else y

            made = case("BatchNormRelu" if relu else "BatchNorm2d", {"isFrozen": frozen}, norm,
                        [torch.randn(shape) * 2 + 1, torch.randn(5), torch.randn(5)], needs=3)
            made["shapes"] += [[5], [5]]
            made["inputs"] += [flat(v) for v in start]
            made["runningMean"], made["runningVariance"] = flat(mean), flat(variance)

path = pathlib.Path(__file__).with_name("layers.json")
path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(f"{len(cases)} cases, {path.stat().st_size:,} bytes")
