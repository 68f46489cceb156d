#!/usr/bin/env python3
"""Writes optimizers.json: weights after ten steps of PyTorch's optimizers on a given sequence of gradients."""
import json
import os
import torch

torch.manual_seed(1)
COUNT, STEPS, RATE = 19, 10, 0.05
start = torch.randn(COUNT)
gradients = torch.randn(STEPS, COUNT)

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, RATE),
    "sgd weight decay": lambda p: torch.optim.SGD(p, RATE, weight_decay=0.1),
    "momentum": lambda p: torch.optim.SGD(p, RATE, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(p, RATE, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, RATE),
    "adam settings": lambda p: torch.optim.Adam(p, RATE, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "adagrad": lambda p: torch.optim.Adagrad(p, RATE),
    "adagrad initial": lambda p: torch.optim.Adagrad(p, RATE, initial_accumulator_value=0.1, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, RATE),
    "rmsprop momentum": lambda p: torch.optim.RMSprop(p, RATE, alpha=0.9, momentum=0.5, weight_decay=0.1),
}


def run(make):
    weights = torch.nn.Parameter(start.clone())
    optimizer = make([weights])
    for gradient in gradients:
        weights.grad = gradient.clone()
        optimizer.step()
    return weights.tolist()


golden = {
    "rate": RATE,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "weights": {name: run(make) for name, make in OPTIMIZERS.items()},
}
with open(os.path.join(os.path.dirname(__file__), "optimizers.json"), "w") as file:
    json.dump(golden, file)
    file.write("\n")
