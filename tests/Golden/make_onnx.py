#!/usr/bin/env python3
"""Writes onnx/*.onnx and onnx/*.safetensors: narrow networks exported by torch.onnx, with an input, PyTorch's output and
(for training) the losses of five steps of SGD with momentum 0.9 on the mean square of the output minus a target."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
import golden
from make_networks import ResNet50

torch.set_num_threads(1)
os.makedirs(os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx"), exist_ok=True)

class Mixed(nn.Module):
    """One of each: what exporters make of common modules."""

    def __init__(self):
        super().__init__()
        self.a, self.norm = nn.Conv2d(2, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6)
        self.b = nn.Conv2d(6, 8, 3, padding=2, dilation=2, groups=2)
        self.scale = nn.Parameter(torch.rand(1, 8, 1, 1) + 0.5)
        self.fc, self.out = nn.Linear(8 * 3 * 3, 12), nn.Linear(12, 5)

    def forward(self, x):
        x = F.relu(self.norm(self.a(x)))
        x = F.avg_pool2d(torch.sigmoid(self.b(x)), 3, 1, 1) * self.scale
        x = torch.cat([F.max_pool2d(x, 3, 2, ceil_mode=True)[:, :4], F.lp_pool2d(x + 0.1, 2, 3, 2, True)[:, 4:]], 1)
        x = torch.tanh(self.fc(x.view(x.size(0), -1)))
        return F.normalize(self.out(x)) - x.mean(1, keepdim=True).clamp(-0.5, 0.5)

class Windows(nn.Module):
    """Poolings, norms and orders beyond the usual ones; the response norm becomes a pooling over three axes."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Conv2d(2, 6, 3), nn.Conv2d(6, 6, 3), nn.Linear(3 * 4 * 4, 5)

    def forward(self, x):
        x = self.a(F.pad(x, (2, 1, 1, 2), mode="reflect"))
        x = F.max_pool2d(x, 3, stride=2, padding=1, dilation=2) + F.max_pool2d(x, 4, stride=2, ceil_mode=True)[:, :, :5, :5].flip(3)
        x = F.local_response_norm(F.relu(self.b(F.pad(x, (1, 1, 1, 1), mode="replicate"))), 5, alpha=0.5)
        x = F.local_response_norm(x, 4, alpha=0.2, beta=0.6, k=2) + x[:, :, ::1, :].abs().add(0.1) ** 1.5
        x = F.avg_pool3d(x[:, None], 2, stride=(2, 1, 1))
        return self.out(x.flatten(1))

def randomize(net):
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            for p, low, high in ((m.weight, 0.5, 1), (m.bias, -0.2, 0.2), (m.running_mean, -0.2, 0.2), (m.running_var, 0.5, 1.5)):
                p.data.uniform_(low, high)
    return net

def export(net, x, name, **options):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx", f"{name}.onnx")
    torch.onnx.export(net, x, path, dynamic_axes={"x": {0: "n"}}, input_names=["x"], output_names=["y"], **options)

def unfolded(net, x, name, mode, **options):
    export(net, x, name, training=mode, do_constant_folding=False, **options)

def golden_network(net, x, name, opsets):
    """The network's output and its losses in training, and its graph for running and for training."""
    with torch.no_grad():
        values = {"x": x, "y": net(x)}
    for opset in opsets:
        export(net, x, f"{name}_{opset}", opset_version=opset)
    unfolded(net, x, f"{name}_train", torch.onnx.TrainingMode.TRAINING, opset_version=13)
    target, net = torch.randn(4, 5), net.train()
    optimizer, losses = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = ((net(x) - target) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    print(losses)
    golden.write(f"onnx/{name}.safetensors", values | {"target": target, "losses": torch.tensor(losses)})

torch.manual_seed(1)
golden_network(randomize(Mixed()).eval(), torch.randn(4, 2, 13, 13), "mixed", (9, 13))

torch.manual_seed(2)
net, x = randomize(ResNet50(3, width=2, outputs=8)).eval(), torch.randn(2, 3, 36, 36)
values = {"x": x, "y": net(x)}

export(net, x, "resnet_folded", opset_version=11)
for layer in (net.layer2, net.layer3, net.layer4):
    layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
values["y_first"] = net(x)
unfolded(net, x, "resnet_first", torch.onnx.TrainingMode.PRESERVE, opset_version=13)
golden.write("onnx/resnet.safetensors", values)

torch.manual_seed(3)
golden_network(Windows().eval(), torch.randn(4, 2, 10, 10), "windows", (11, 13))
