#!/usr/bin/env bash
# TorchSharp 0.107.0 with LibTorch 2.10.0 (NuGet), CPU: a seeded loader shuffles every epoch alike, groups forget the
# rate.
#
# Expected:  DataLoader(shuffle: true, seed: 5) is reproducible and each epoch has an order of its own, as with a seeded
#            generator in PyTorch; without a seed, manual_seed decides. A parameter group without options takes the
#            optimizer's learning rate.
# Happens:   with a seed each epoch has the same order; without one, manual_seed changes nothing and no run can be
#            repeated. A group without options of Adam(groups, 0.1) steps by 0.001, one with some (a decay, no rate)
#            by 0.1. SGD with maximize: true lets weight decay make the weights grow.
# Matters:   batches of the same rows in every epoch: in-batch mining meets the same pairs again and again, and batch
#            norm the same neighbours. A fine-tuning with groups trains a hundred times slower than it says.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(torchsharp <<'PROGRAM'
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

using var seeded = utils.data.DataLoader(new Numbers(), 100, shuffle: true, seed: 5);
Console.WriteLine($"seeded, two epochs alike: {Epoch(seeded) == Epoch(seeded)}");
Console.WriteLine($"after the same manual_seed alike: {Fresh() == Fresh()}");

Parameter plain = new(tensor((float[])[1])), decayed = new(tensor((float[])[1])), single = new(tensor((float[])[1]));
optim.Optimizer groups = optim.Adam([new Adam.ParamGroup([plain]),
    new Adam.ParamGroup([decayed], new Adam.Options { weight_decay = 0.01 })], 0.1);
optim.Optimizer adam = optim.Adam([single], 0.1);
(plain + decayed + single).sum().backward();
groups.step();
adam.step();
Console.WriteLine($"Adam 0.1, groups: {Text.Of(plain)} {Text.Of(decayed)}, alone: {Text.Of(single)}");

Parameter grown = new(tensor((float[])[1]));
optim.Optimizer ascent = optim.SGD([grown], 0.1, weight_decay: 0.5, maximize: true);
(0 * grown).sum().backward();
ascent.step();
Console.WriteLine($"SGD, maximize, decay 0.5, no gradient: {Text.Of(grown)}");

static string Epoch(DataLoader loader) => string.Join(" ", loader.Select(batch => Text.Of(batch["x"])));
static string Fresh()
{
    random.manual_seed(7);
    using var loader = utils.data.DataLoader(new Numbers(), 100, shuffle: true);
    return Epoch(loader);
}

class Numbers : utils.data.Dataset
{
    public override long Count => 100;
    public override Dictionary<string, Tensor> GetTensor(long index) => new() { ["x"] = tensor((float)index) };
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
seeded, two epochs alike: True
after the same manual_seed alike: False
Adam 0.1, groups: 0.999 0.9, alone: 0.9
SGD, maximize, decay 0.5, no gradient: 1.05
STATED
