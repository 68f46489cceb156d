"""What the generators of golden files share: the triplet loss, and .safetensors files written with no further package."""
import copy
import json
import os
import struct
import torch
import torch.nn.functional as F

MARGIN = 0.2


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


def write(name, tensors):
    """Writes tensors of float32 or float16 beside this script."""
    header, at = {}, 0
    for key, value in tensors.items():
        size = value.numel() * value.element_size()
        header[key] = {"dtype": {4: "F32", 2: "F16"}[value.element_size()], "shape": list(value.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.detach().contiguous().numpy().tobytes())


def train(net, batches, labels, rate):
    """Start, embeddings and gradients of the first batch, and the losses of one SGD step (momentum 0.9) a batch. In
    double precision; prints how far float32 parts from it, which says whether the curve is one to compare with."""
    golden = {f"start.{k}": v.clone() for k, v in net.state_dict().items() if "num_batches" not in k}
    golden |= {"labels": labels.float(), "batches": batches.half(), "rate": torch.tensor([rate])}
    single = steps(copy.deepcopy(net), batches, labels, rate)
    double = steps(net.double(), batches.double(), labels, rate)
    print(double["losses"].tolist(), "float32 is off by", (single["losses"] - double["losses"]).abs().max().item())
    return golden | {key: value.float() for key, value in double.items()}


def steps(net, batches, labels, rate):
    golden, losses = {}, []
    optimizer = torch.optim.SGD(net.parameters(), rate, momentum=0.9)
    net.train()
    for batch in batches:
        optimizer.zero_grad()
        embeddings = net(batch)
        loss = semi_hard(embeddings, labels)
        loss.backward()
        if not losses:
            golden["embeddings"] = embeddings.detach()
            golden |= {f"gradient.{k}": v.grad.clone() for k, v in net.named_parameters()}
        losses.append(loss.item())
        optimizer.step()
    golden["losses"] = torch.tensor(losses, dtype=torch.float64)
    return golden | {f"end.{k}": v.clone() for k, v in net.state_dict().items() if "running" in k}


def images(classes, per_class, steps, shape):
    """Batches of images that look alike within a class, exact in float16, and their labels."""
    labels = torch.arange(classes).repeat_interleave(per_class)
    patterns = torch.rand(classes, *shape)
    noise = torch.rand(steps, len(labels), *shape)
    return (patterns[labels][None] + noise - 1).mul(32).round().div(32), labels
