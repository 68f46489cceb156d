#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12), CPU: batch norm of the same numbers in channels_last takes a variance a hundred times too
# large where their mean is far from 0; in the usual layout, and by var() in either, it is right.
#
# Expected:  a memory format changes the speed and last bits. In the usual layout the variance of 50,000 numbers of
#            deviation 1 is right to 1e-5 around a mean of 100,000.
# Happens:   in channels_last the mean is one sum in float over all pixels. Around 10,000 it is up to 0.09 off and the
#            variance 1 %; around 100,000 it is 11 off, and the variance, of squares around that, 124: normalised
#            numbers have a deviation of 0.09. x.var() of the same tensor is right.
# Matters:   channels_last is the advice for convolutions on CPUs. A layer whose input has a large common part, such as
#            raw 16-bit pixels, is another layer there, with other running statistics. Take the offset away before.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-torch=1.13.1+dfsg-4
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import torch
torch.set_num_threads(1)
torch.manual_seed(1)
noise = torch.randn(16, 16, 56, 56, dtype=torch.float64)
count = 16 * 56 * 56
def word(variance, right):
    error = (variance / right - 1).abs().max().item()
    return "right" if error < 1e-3 else "1 % off" if 5e-3 < error < 2e-2 else "100 times" if 90 < error < 150 else error
for mean in (0, 1_000, 10_000, 100_000):
    x = (noise + mean).float()
    right = x.double().var((0, 2, 3), unbiased=True)
    for format in (torch.contiguous_format, torch.channels_last):
        z = x.to(memory_format=format)
        variance = torch.zeros(16)
        torch.nn.functional.batch_norm(z, torch.zeros(16), variance, training=True, momentum=1.0)
        print(mean, str(format)[6:] + ": batch norm", word(variance.double(), right),
              "- var", word(z.var((0, 2, 3)).double(), right))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
0 contiguous_format: batch norm right - var right
0 channels_last: batch norm right - var right
1000 contiguous_format: batch norm right - var right
1000 channels_last: batch norm right - var right
10000 contiguous_format: batch norm right - var right
10000 channels_last: batch norm 1 % off - var right
100000 contiguous_format: batch norm right - var right
100000 channels_last: batch norm 100 times - var right
STATED
