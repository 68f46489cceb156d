#!/usr/bin/env python3
"""Writes nn2.safetensors, nn2_mnist.safetensors and resnet50.safetensors: narrow twins of the networks in PyTorch, with
their first weights, batches, the first batch's embeddings and gradients, and the losses of five steps of SGD."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision.models.resnet import Bottleneck
from golden import images, train, write

torch.set_num_threads(1)
TABLE = [  # 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pooling, projection, stride: the paper's table 2
    (64, 96, 128, 16, 32, "max", 32, 1), (64, 96, 128, 32, 64, "l2", 64, 1), (0, 128, 256, 32, 64, "max", 0, 2),
    (256, 96, 192, 32, 64, "l2", 128, 1), (224, 112, 224, 32, 64, "l2", 128, 1), (192, 128, 256, 32, 64, "l2", 128, 1),
    (160, 144, 288, 32, 64, "l2", 128, 1), (0, 160, 256, 64, 128, "max", 0, 2), (384, 192, 384, 48, 128, "l2", 128, 1),
    (384, 192, 384, 48, 128, "max", 128, 1)]


def unit(i, o, k, stride, batch_norm, bias):
    parts = [nn.Conv2d(i, o, k, stride, k // 2, bias=bias)] + ([nn.BatchNorm2d(o)] if batch_norm else [])
    return nn.Sequential(*parts, nn.ReLU())


def l2_pool(x, stride):
    """sqrt of the sum of squares; PyTorch's own LPPool2d gives NaN gradients where a window is all zero."""
    s = F.avg_pool2d(x * x, 3, stride, 1) * 9
    return torch.where(s > 0, s.clamp_min(1e-38).sqrt(), torch.zeros_like(s))


class Inception(nn.Module):
    def __init__(self, channels, row, divisor, **kind):
        super().__init__()
        c1, r3, c3, r5, c5, self.pool, proj, self.stride = [v // divisor if isinstance(v, int) and v > 2 else v for v in row]
        self.b1 = unit(channels, c1, 1, 1, **kind) if c1 else None
        self.b3 = nn.Sequential(unit(channels, r3, 1, 1, **kind), unit(r3, c3, 3, self.stride, **kind))
        self.b5 = nn.Sequential(unit(channels, r5, 1, 1, **kind), unit(r5, c5, 5, self.stride, **kind))
        self.proj = unit(channels, proj, 1, 1, **kind) if proj else None
        self.channels = c1 + c3 + c5 + (proj or channels)

    def forward(self, x):
        pooled = F.max_pool2d(x, 3, self.stride, 1) if self.pool == "max" else l2_pool(x, self.stride)
        maps = ([self.b1(x)] if self.b1 else []) + [self.b3(x), self.b5(x), self.proj(pooled) if self.proj else pooled]
        return torch.cat(maps, 1)


class Nn2(nn.Module):
    def __init__(self, channels, stem_stride, width, outputs, **kind):
        super().__init__()
        self.conv1 = unit(channels, width, 7, stem_stride, **kind)
        self.reduce, self.conv = unit(width, width, 1, 1, **kind), unit(width, 3 * width, 3, 1, **kind)
        blocks, c = [], 3 * width
        for row in TABLE:
            blocks.append(Inception(c, row, 64 // width, **kind))
            c = blocks[-1].channels
        self.blocks, self.fc = nn.Sequential(*blocks), nn.Linear(c, outputs)

    def forward(self, x):
        x = F.local_response_norm(F.max_pool2d(self.conv1(x), 3, 2, 1), 5)
        x = F.max_pool2d(F.local_response_norm(self.conv(self.reduce(x)), 5), 3, 2, 1)
        return F.normalize(self.fc(self.blocks(x).mean((2, 3))))


class ResNet50(nn.Module):
    """torchvision's, with its names, of any width."""

    def __init__(self, channels, width, outputs):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        c = width
        for stage, blocks in enumerate([3, 4, 6, 3]):
            layer, planes = [], width << stage
            for block in range(blocks):
                stride, down = (2 if stage and not block else 1), None
                if stride != 1 or c != planes * 4:
                    down = nn.Sequential(nn.Conv2d(c, planes * 4, 1, stride, bias=False), nn.BatchNorm2d(planes * 4))
                layer.append(Bottleneck(c, planes, stride, down))
                c = planes * 4
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(c, outputs)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return F.normalize(self.fc(x.mean((2, 3))))


if __name__ == "__main__":
    # Rates are low: a higher one makes the curve chaotic, and float32 and float64 then part within five steps.
    torch.manual_seed(1)
    net = Nn2(3, 2, width=4, outputs=16, batch_norm=True, bias=False)
    write("nn2.safetensors", train(net, *images(3, 2, 5, (3, 34, 34)), rate=2e-5))
    torch.manual_seed(2)
    net = Nn2(1, 1, width=4, outputs=16, batch_norm=False, bias=True)
    with torch.no_grad():  # without batch norm PyTorch's default lets the signal fade away
        for p in net.parameters():
            p.mul_({4: 2.6, 1: 0.2}.get(p.dim(), 1))
    write("nn2_mnist.safetensors", train(net, *images(3, 2, 5, (1, 28, 28)), rate=2e-3))
    torch.manual_seed(3)
    net = ResNet50(3, width=2, outputs=16)
    with torch.no_grad():  # quiet residual branches, as late in training: rounding then does not grow with the depth
        for name, p in net.named_parameters():
            p.mul_(0.2 if name.endswith("bn3.weight") else 1)
    write("resnet50.safetensors", train(net, *images(3, 2, 5, (3, 34, 34)), rate=2e-5))
