#!/usr/bin/env bash
# TorchSharp 0.107.0 with LibTorch 2.10.0 (NuGet), CPU: Hardtanh cuts nothing, KLDivLoss expects logarithms as targets,
# hinge_embedding_loss never pushes.
#
# Expected:  as in PyTorch, whose names and defaults these are: Hardtanh() cuts at -1 and 1; KLDivLoss() takes
#            probabilities as targets (log_target false); GaussianNLLLoss() is the mean of all elements' losses.
# Happens:   Hardtanh() and functional.hardtanh return what they get, whatever the bounds; ReLU6, Hardsigmoid and clamp
#            are right. KLDivLoss() has log_target true: of equal distributions it is 3.93, with log_target false 0.
#            GaussianNLLLoss() adds up each row and takes the mean of the rows: for three equal columns it is three
#            times the loss of one. functional.hinge_embedding_loss has a margin of 0, HingeEmbeddingLoss() one of 1: by
#            the function a dissimilar pair costs nothing. AdamW() decays nothing unless told to; PyTorch's does by
#            0.01.
# Matters:   a network taken over from Python trains without an error, unbounded where it was bounded, with another
#            loss, and its figures are compared with those of the paper.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(torchsharp <<'PROGRAM'
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

Tensor x = tensor((float[])[-3, -0.5f, 0.5f, 3]);
Console.WriteLine($"Hardtanh: {Text.Of(Hardtanh().call(x))}");
Console.WriteLine($"hardtanh -2 2: {Text.Of(functional.hardtanh(x, min_val: -2, max_val: 2))}");
Console.WriteLine($"ReLU6 of 3x: {Text.Of(ReLU6().call(3 * x))}");
Console.WriteLine($"Hardsigmoid: {Text.Of(Hardsigmoid().call(x))}");

Tensor even = tensor((float[])[0.5f, 0.5f]);
Console.WriteLine($"KLDivLoss of equals: {Text.Of(KLDivLoss(reduction: Reduction.Sum).call(even.log(), even))}, "
    + $"log_target false: {Text.Of(KLDivLoss(log_target: false, Reduction.Sum).call(even.log(), even))}");

// PyTorch, for any number of columns: (log 2 + 1 / 2) / 2 = 0.5966.
foreach (long columns in (long[])[1, 3])
    Console.WriteLine($"GaussianNLLLoss of 0, 1, variance 2, {columns} columns: "
        + Text.Of(GaussianNLLLoss().call(zeros(4, columns), ones(4, columns), full([4, columns], 2f))));

Tensor distances = tensor((float[])[0.3f, 0.3f]), similar = tensor((float[])[1, -1]);
Console.WriteLine("HingeEmbeddingLoss: "
    + Text.Of(HingeEmbeddingLoss(reduction: Reduction.None).call(distances, similar))
    + $", function: {Text.Of(functional.hinge_embedding_loss(distances, similar, reduction: Reduction.None))}");

var weight = new TorchSharp.Modules.Parameter(tensor((float[])[1]));
optim.Optimizer adam = optim.AdamW([weight], 0.1);
(0 * weight).sum().backward();
adam.step();
Console.WriteLine($"AdamW, a step without a gradient: {Text.Of(weight)}");
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
Hardtanh: -3 -0.5 0.5 3
hardtanh -2 2: -3 -0.5 0.5 3
ReLU6 of 3x: 0 0 1.5 6
Hardsigmoid: 0 0.4167 0.5833 1
KLDivLoss of equals: 3.9343, log_target false: 0
GaussianNLLLoss of 0, 1, variance 2, 1 columns: 0.5966
GaussianNLLLoss of 0, 1, variance 2, 3 columns: 1.7897
HingeEmbeddingLoss: 0.3 0.7, function: 0.3 0
AdamW, a step without a gradient: 1
STATED
