#!/usr/bin/env bash
# TorchSharp 0.107.0 with LibTorch 2.10.0 (NuGet), CPU: three kinds of initial weights are not what their name says.
#
# Expected:  as in PyTorch: trunc_normal_(x, std: 0.02) draws from a normal distribution of that deviation and cuts it
#            at -2 and 2; xavier_normal_ draws from a normal distribution; a new GroupNorm has weights 1 and biases 0.
# Happens:   trunc_normal_ fills the tensor with one number, the standard deviation, 0.02. xavier_normal_ draws from a
#            uniform distribution: no number of 60,000 lies beyond 1.75 deviations (of a normal one 8 % do);
#            kaiming_normal_ is right. GroupNorm leaves its weights as it found the memory: any numbers, other ones each
#            time, while LayerNorm and BatchNorm set theirs.
# Matters:   a layer whose weights are all equal never learns different features; a network with GroupNorm starts from
#            rubbish (1e19, or NaN) once in a while and from zeros at other times. Set the weights yourself.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(torchsharp <<'PROGRAM'
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

random.manual_seed(1);
using Tensor truncated = zeros(10_000);
init.trunc_normal_(truncated, std: 0.02);
Console.WriteLine($"trunc_normal_: {truncated.unique().output.shape[0]} number(s), the first {Text.Of(truncated[0])}");
Console.WriteLine($"xavier_normal_: {Spread(init.xavier_normal_(zeros(200, 300)))}");
Console.WriteLine($"kaiming_normal_: {Spread(init.kaiming_normal_(zeros(200, 300)))}");

// Memory that has been used, so that what is not set shows.
for (int i = 0; i < 64; i++)
    full([4], 7f).Dispose();
var group = Enumerable.Range(0, 64).Select(_ => GroupNorm(2, 4)).ToArray();
var layer = Enumerable.Range(0, 64).Select(_ => LayerNorm(4)).ToArray();
Console.WriteLine($"GroupNorm: all weights are 1: {group.All(norm => norm.weight!.eq(1).all().item<bool>())}");
Console.WriteLine($"LayerNorm: all weights are 1: {layer.All(norm => norm.weight!.eq(1).all().item<bool>())}");

static string Spread(Tensor x) => $"beyond 1.75 deviations: {100 * (x.abs() > 1.75 * x.std()).to_type(
    ScalarType.Float32).mean().item<float>():0} %";
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
trunc_normal_: 1 number(s), the first 0.02
xavier_normal_: beyond 1.75 deviations: 0 %
kaiming_normal_: beyond 1.75 deviations: 8 %
GroupNorm: all weights are 1: False
LayerNorm: all weights are 1: True
STATED
