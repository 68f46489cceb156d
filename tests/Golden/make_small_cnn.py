#!/usr/bin/env python3
"""Writes small_cnn.safetensors: a small-cnn for 16 x 16 pixels and 16 dimensions in PyTorch, dropout off: its first
weights, a sequence of batches, the first batch's embeddings and gradients, and the losses of ten steps of SGD with
momentum on the semi-hard triplet loss (TensorFlow Addons' rule, margin 0.2, squared L2)."""
import torch
import torch.nn.functional as F
from golden import semi_hard, write

torch.manual_seed(1)
torch.set_num_threads(1)
SIZE, DIMENSION, CLASSES, PER_CLASS, STEPS, RATE = 16, 16, 4, 3, 10, 0.003


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
write("small_cnn.safetensors", golden)
