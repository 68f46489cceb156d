#!/usr/bin/env python3
"""Writes inception/*.safetensors: each module of NN2's table, a sixteenth of its width, with batch norm and with biases
instead. Weights, input, PyTorch's output, the mean square of output minus target, and every gradient, in double
precision."""
import os
import torch
import golden
from make_networks import TABLE, Inception

FORMS = {"norm": dict(batch_norm=True, bias=False), "bias": dict(batch_norm=False, bias=True)}
NAMES = ["3a", "3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]

torch.set_num_threads(1)
os.makedirs(os.path.join(os.path.dirname(os.path.abspath(__file__)), "inception"), exist_ok=True)
channels = 192 // 16
for index, (name, row) in enumerate(zip(NAMES, TABLE)):
    torch.manual_seed(index)
    tensors = {}
    for form, kind in FORMS.items():
        net = Inception(channels, row, 16, **kind)
        for norm in (m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)):
            norm.weight.data.uniform_(0.5, 1.5)
            norm.bias.data.uniform_(-0.5, 0.5)
        for value in net.state_dict().values():
            value.copy_(value.half())  # files hold what is given in half precision
        x = torch.randn(2, channels, 7, 5).relu().half()  # as after a module: L2 windows that are all zero occur
        tensors |= {f"{form}.start.{k}": v.half() for k, v in net.state_dict().items() if "num_batches" not in k}
        net, inside = net.double(), x.double().requires_grad_()
        y = net(inside)
        target = torch.randn(y.shape).half()
        loss = ((y - target) ** 2).mean()
        loss.backward()
        results = {"y": y, "loss": loss.reshape(1), "dx": inside.grad} | {f"gradient.{k}": p.grad for k, p in net.named_parameters()}
        tensors |= {f"{form}.x": x, f"{form}.target": target} | {f"{form}.{k}": v.float() for k, v in results.items()}
    golden.write(f"inception/{name}.safetensors", tensors)
    channels = net.channels
