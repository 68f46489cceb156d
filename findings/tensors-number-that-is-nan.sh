#!/usr/bin/env bash
# System.Numerics.Tensors 11.0.0 on .NET 10: the MaxNumber of a span with one NaN is NaN.
#
# Expected:  MaxNumber and MinNumber are IEEE 754's maximumNumber and minimumNumber, which pass over a NaN where a
#            number is at hand; that is how they differ from Max and Min.
# Happens:   float.MaxNumber(1, NaN) is 1 and so is the element by element MaxNumber(x, y, destination); but the
#            reductions MaxNumber(x), MinNumber(x), MaxMagnitudeNumber(x), MinMagnitudeNumber(x) return NaN as soon as
#            one element is, wherever it stands and however long the span is. Two forms of one name disagree.
# Matters:   "the largest distance that is a number" of a batch with one broken row is NaN, not the largest of the
#            others.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp System.Numerics.Tensors/11.0.0 <<'PROGRAM'
using System.Numerics.Tensors;
Console.WriteLine($"float.MaxNumber(1, NaN) = {float.MaxNumber(1, float.NaN)}");
float[] pair = [1, float.NaN], each = new float[2];
TensorPrimitives.MaxNumber<float>(pair, [0.5f, 2f], each);
Console.WriteLine($"element by element {string.Join(" ", each)}");
foreach (int length in (int[])[2, 7, 40])
    foreach (int place in (int[])[0, length - 1])
    {
        float[] x = new float[length];
        Array.Fill(x, 3f);
        x[place] = float.NaN;
        Console.WriteLine($"NaN at {place} of {length}: {TensorPrimitives.MaxNumber<float>(x)} "
            + $"{TensorPrimitives.MinNumber<float>(x)} {TensorPrimitives.MaxMagnitudeNumber<float>(x)} "
            + $"{TensorPrimitives.MinMagnitudeNumber<float>(x)}");
    }
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
float.MaxNumber(1, NaN) = 1
element by element 1 2
NaN at 0 of 2: NaN NaN NaN NaN
NaN at 1 of 2: NaN NaN NaN NaN
NaN at 0 of 7: NaN NaN NaN NaN
NaN at 6 of 7: NaN NaN NaN NaN
NaN at 0 of 40: NaN NaN NaN NaN
NaN at 39 of 40: NaN NaN NaN NaN
STATED
