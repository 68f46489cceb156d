#!/usr/bin/env python3
"""Writes small_cnn.safetensors: a small-cnn for 16 x 16 pixels and 16 dimensions in PyTorch, dropout off: its first
weights, a sequence of batches, the first batch's embeddings and gradients, and the losses of ten steps of SGD with
momentum on the semi-hard triplet loss (TensorFlow Addons' rule, margin 0.2, squared L2)."""
import json
import os
import struct
import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_num_threads(1)
SIZE, DIMENSION, CLASSES, PER_CLASS, STEPS, RATE, MARGIN = 16, 16, 4, 3, 10, 0.003, 0.2


class SmallCnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 32, 3)
        self.conv2 = torch.nn.Conv2d(32, 32, 3)
        self.linear = torch.nn.Linear(128, DIMENSION)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.normalize(self.linear(x.flatten(1)))


def semi_hard(e, labels):
    """The nearest negative beyond each positive; where there is none, the farthest negative. The mean over all pairs."""
    d = ((e[:, None] - e[None]) ** 2).sum(2)
    losses = []
    for a in range(len(e)):
        negatives = [n for n in range(len(e)) if labels[n] != labels[a]]
        for p in range(len(e)):
            if p == a or labels[p] != labels[a]:
                continue
            beyond = [n for n in negatives if d[a, n] > d[a, p]]
            n = min(beyond, key=lambda i: d[a, i]) if beyond else max(negatives, key=lambda i: d[a, i])
            losses.append(F.relu(d[a, p] - d[a, n] + MARGIN))
    return torch.stack(losses).mean()


def write(path, tensors):
    header, at = {}, 0
    for name, value in tensors.items():
        size = value.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.detach().contiguous().numpy().tobytes())


net = SmallCnn()
labels = torch.arange(CLASSES).repeat_interleave(PER_CLASS)
# A class is a pattern; its members differ by noise. Rounded to 1/8 so that equal pixels, and with them ties, occur.
patterns = torch.rand(CLASSES, 1, SIZE, SIZE)
batches = (patterns[labels][None] + 0.5 * torch.rand(STEPS, len(labels), 1, SIZE, SIZE)).mul(8).round().div(8)
golden = {f"start.{name}": value.clone() for name, value in net.state_dict().items()}
golden |= {"labels": labels.float(), "batches": batches}
optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=0.9)
losses = []  # a higher rate makes the curve chaotic: float32 and float64 then part by 1e-4 within ten steps
for batch in batches:
    optimizer.zero_grad()
    embeddings = net(batch)
    loss = semi_hard(embeddings, labels)
    loss.backward()
    if not losses:
        golden["embeddings"] = embeddings.detach()
        golden |= {f"gradient.{name}": value.grad.clone() for name, value in net.named_parameters()}
    losses.append(loss.item())
    optimizer.step()
golden["losses"] = torch.tensor(losses)
print(losses)
write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "small_cnn.safetensors"), golden)
