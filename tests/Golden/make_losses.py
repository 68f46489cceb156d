#!/usr/bin/env python3
"""Writes losses.json: losses on pairs with their gradients, as the papers state them, by PyTorch in double precision.

Every loss is written down once more here, with full matrices and masks; settings are pytorch-metric-learning's defaults
unless a name says otherwise."""
import json
import math
import os
import torch
import torch.nn.functional as F

torch.manual_seed(12)
N, D, C, K, M = 14, 6, 5, 3, 9
LABELS = torch.tensor([0, 0, 1, 1, 1, 2, 2, 0, 3, 2, 1, 0, 2, 4])  # 3 and 4 have no positive
INFINITY = float("inf")


def masks(labels, columns, is_self):
    same = labels[:, None] == columns[None]
    other = ~same
    if is_self:
        own = torch.eye(len(labels), len(columns), dtype=torch.bool)
        same = same & ~own
    return same, other


def log_sum(x, mask):
    return torch.logsumexp(x.masked_fill(~mask, -INFINITY), 1)


def contrastive(s, p, n, margin=1.0):
    d = (2 - 2 * s).clamp(min=1e-30).sqrt()
    positive = (d ** 2 / 2)[p].mean()
    near = n & (d < margin)
    return positive + (((margin - d) ** 2 / 2)[near].mean() if near.any() else 0)


def nt_xent(s, p, n, temperature=0.07):
    x, losses = s / temperature, []
    for i, j in p.nonzero().tolist():
        denominator = torch.cat([x[i, j][None], x[i][n[i]]])
        losses.append(torch.logsumexp(denominator, 0) - x[i, j])
    return torch.stack(losses).mean()


def sup_con(s, p, n, temperature=0.1):
    x = s / temperature
    rows = p.any(1)
    log_probability = x - log_sum(x, p | n)[:, None]
    return -((log_probability * p).sum(1)[rows] / p.sum(1)[rows]).mean()


def multi_similarity(s, p, n, alpha=2.0, beta=50.0, base=0.5, epsilon=0.1):
    if epsilon is not None:
        hardest_positive = s.masked_fill(~p, INFINITY).min(1).values.detach()
        hardest_negative = s.masked_fill(~n, -INFINITY).max(1).values.detach()
        p = p & (s - epsilon < hardest_negative[:, None])
        n = n & (s + epsilon > hardest_positive[:, None])
    positive = torch.log(1 + (torch.exp(-alpha * (s - base)) * p).sum(1)) / alpha
    negative = torch.log(1 + (torch.exp(beta * (s - base)) * n).sum(1)) / beta
    return (positive + negative).mean()


def circle(s, p, n, m=0.4, gamma=80.0):
    weight_p, weight_n = (1 + m - s).clamp(min=0).detach(), (s + m).clamp(min=0).detach()
    both = log_sum(-gamma * weight_p * (s - 1 + m), p) + log_sum(gamma * weight_n * (s - m), n)
    return F.softplus(both[p.any(1) & n.any(1)], threshold=1000).mean()


def arc_face(s, p, n, margin=math.radians(28.6), scale=64.0):
    theta = torch.acos(s)
    own = torch.where(theta <= math.pi - margin, torch.cos(theta + margin), s - margin * math.sin(margin))
    return F.cross_entropy(scale * torch.where(p, own, s), p.int().argmax(1))


def cos_face(s, p, n, margin=0.35, scale=64.0):
    return F.cross_entropy(scale * torch.where(p, s - margin, s), p.int().argmax(1))


def proxy_nca(s, p, n, scale=1.0, sums_all=True):
    x = -scale * (2 - 2 * s)
    return (log_sum(x, p | n if sums_all else n) - log_sum(x, p)).mean()


def proxy_anchor(s, p, n, margin=0.1, alpha=32.0):
    """Rows are embeddings here, columns the proxies."""
    positive = torch.log(1 + (torch.exp(-alpha * (s - margin)) * p).sum(0))
    negative = torch.log(1 + (torch.exp(alpha * (s + margin)) * n).sum(0))
    return positive.sum() / p.any(0).sum() + negative.sum() / s.shape[1]


def golden(name, loss, columns=None, sub_centers=1, constant=False):
    e = torch.randn(N, D).double().requires_grad_()
    unit, given, labels = F.normalize(e), None, torch.arange(C)
    if columns is None:
        others, labels = unit, LABELS
    else:
        given = torch.randn(columns, D).double().requires_grad_()
        others = F.normalize(given)
        if constant:
            labels = torch.cat([LABELS, torch.arange(columns) % C])
            others = torch.cat([unit, others.detach()])
    s = unit @ others.T
    if sub_centers > 1:
        s = s.view(N, C, sub_centers).max(2).values
    value = loss(s, *masks(LABELS, labels, columns is None or constant))
    value.backward()
    return {
        "name": name, "labels": LABELS.tolist(), "embeddings": e.flatten().tolist(), "columnLabels": labels.tolist(),
        "columns": None if given is None else given.flatten().tolist(), "loss": value.item(),
        "gradient": e.grad.flatten().tolist(),
        "columnGradient": None if given is None or constant else given.grad.flatten().tolist()}


CASES = [
    golden("contrastive", contrastive),
    golden("nt-xent", nt_xent),
    golden("supcon", sup_con),
    golden("multi-similarity", multi_similarity),
    golden("multi-similarity without miner", lambda s, p, n: multi_similarity(s, p, n, epsilon=None)),
    golden("multi-similarity with memory", multi_similarity, M, constant=True),
    golden("circle", circle),
    golden("arcface", arc_face, C),
    golden("cosface", cos_face, C),
    golden("subcenter-arcface", arc_face, C * K, sub_centers=K),
    golden("proxy-nca", proxy_nca, C),
    golden("proxy-nca without own", lambda s, p, n: proxy_nca(s, p, n, sums_all=False), C),
    golden("proxy-anchor", proxy_anchor, C),
]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"), "w") as file:
    json.dump(CASES, file, indent=None)
    file.write("\n")
