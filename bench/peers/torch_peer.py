"""What PyTorch on the CPU does in the time of `triplet bench`, for bench/compare.sh.

usage: torch_peer.py ops|models|mining    prints one JSON object a line: {"op": ..., "shape": [...], "seconds": ...}

PyTorch is given its best: channels_last, traced and optimised inference, and glibc's malloc told to keep large
buffers (otherwise every large activation is page-faulted in again). Seconds are medians of repeated calls.
"""
import json
import os
import statistics
import sys
import time

TUNED_MALLOC = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
}
if "MALLOC_MMAP_MAX_" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **TUNED_MALLOC})

import torch
import torch.nn as nn
import torch.nn.functional as F

MATMULS = [512, 1152, 2304]
# images, channels, side, filters, kernel, stride
CONVOLUTIONS = [
    (16, 64, 56, 64, 3, 1), (16, 256, 56, 64, 1, 1), (16, 128, 28, 128, 3, 1), (16, 256, 14, 256, 3, 1),
    (16, 512, 7, 512, 3, 1), (16, 3, 224, 64, 7, 2), (16, 32, 28, 64, 5, 1),
]
MINING = [256, 512, 1024, 1800]


def seconds(call, at_least=1.0, calls=3):
    call()
    times, start = [], time.time()
    while len(times) < calls or time.time() - start < at_least:
        before = time.perf_counter()
        call()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def report(op, shape, value):
    print(json.dumps({"op": op, "shape": list(shape), "seconds": value}), flush=True)


def ops():
    for n in MATMULS:
        a, b = torch.randn(n, n), torch.randn(n, n)
        report("MatMul", (n, n, n), seconds(lambda: a @ b))
    for n, c, side, k, kernel, stride in CONVOLUTIONS:
        x = torch.randn(n, c, side, side).contiguous(memory_format=torch.channels_last)
        w = torch.randn(k, c, kernel, kernel).contiguous(memory_format=torch.channels_last)
        convolve = lambda: F.conv2d(x, w, stride=stride, padding=kernel // 2)
        shape = (n, c, side, side, k, kernel, stride)
        with torch.no_grad():
            report("Conv2dForward", shape, seconds(convolve))
        dy = torch.randn_like(convolve())
        x.requires_grad_()
        w.requires_grad_()

        def all_passes():
            x.grad = w.grad = None
            convolve().backward(dy)

        report("Conv2dAllPasses", shape, seconds(all_passes))
    query, reference = F.normalize(torch.randn(10_000, 128)), F.normalize(torch.randn(60_000, 128))

    def nearest():
        for part in query.split(500):
            (part @ reference.t()).max(1)

    report("NearestNeighbour", (10_000, 60_000, 128), seconds(nearest))


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(True), nn.MaxPool2d(2), nn.Conv2d(32, 32, 3), nn.ReLU(True), nn.MaxPool2d(2),
            nn.Dropout(0.25), nn.Flatten(), nn.Linear(800, 128))

    def forward(self, x):
        return F.normalize(self.features(x))


def semi_hard(embeddings, labels, margin=0.2):
    """TensorFlow Addons' rule in N^2 memory: each row's negatives sorted, every positive searched among them."""
    n = len(labels)
    norms = (embeddings * embeddings).sum(1)
    d = (norms[:, None] - 2 * embeddings @ embeddings.t() + norms).clamp_min(0)
    same = labels[:, None] == labels[None]
    positive = same & ~torch.eye(n, dtype=torch.bool)
    with torch.no_grad():
        ordered, order = torch.where(same, torch.full_like(d, 1e9), d).sort(1)
        place = torch.searchsorted(ordered, d.contiguous(), right=True).clamp(max=n - 1)
        farther = ordered.gather(1, place) < 1e8
        farthest = torch.where(same, torch.full_like(d, -1.0), d).argmax(1, keepdim=True)
        pick = torch.where(farther, order.gather(1, place), farthest.expand_as(place))
    return (F.relu(d - d.gather(1, pick) + margin) * positive).sum() / positive.sum().clamp_min(1)


def models():
    batch, shape = 128, (1, 28, 28)
    network = SmallCnn().to(memory_format=torch.channels_last)
    x = torch.rand(batch, *shape).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch) // 4
    optimizer = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9)

    def train():
        optimizer.zero_grad()
        semi_hard(network(x), labels).backward()
        optimizer.step()

    network.train()
    report("small-cnn training", (batch, *shape), seconds(train, 4))
    network.eval()
    with torch.no_grad():
        fast = torch.jit.optimize_for_inference(torch.jit.trace(network, x))
        report("small-cnn inference", (batch, *shape), seconds(lambda: fast(x), 3))


def mining():
    for n in MINING:
        labels = torch.arange(n) // 40
        embeddings = F.normalize(torch.randn(n, 128)).requires_grad_()

        def call():
            embeddings.grad = None
            semi_hard(embeddings, labels).backward()

        report("SemiHardMining", (n, 128), seconds(call))


torch.set_num_threads(os.cpu_count())
torch.manual_seed(0)
{"ops": ops, "models": models, "mining": mining}[sys.argv[1]]()
