#!/usr/bin/env bash
# System.Numerics.Tensors 11.0.0 on .NET 10: sums are kept in the element's own type, but not in every function.
#
# Expected:  as in every tensor library that has half precision, products and sums of Half are added up in a wider
#            type and rounded once; the average of bytes is between the least and the greatest of them.
# Happens:   Sum, Dot, Norm and Distance of Half round after each addition: of 10,000 ones Sum and Dot are 2048, Norm
#            and Distance from zero 45.25 instead of 100; Norm of five thousands is infinite although the true one,
#            2236, fits. CosineSimilarity of the same vectors is exact: that one does widen. Average<byte> of 200 and
#            100 is 22 (the sum wraps at 256), Average<sbyte> of 100 and 100 is -28, Average<int> of int.MaxValue
#            twice is -1.
# Matters:   embeddings stored as Half: normalising by TensorPrimitives.Norm gives other vectors than CosineSimilarity
#            assumes, and none at all from a length of 256 on. Widen first (ConvertToSingle).
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp System.Numerics.Tensors/11.0.0 <<'PROGRAM'
using System.Globalization;
using System.Numerics.Tensors;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Half[] ones = new Half[10_000], zeros = new Half[10_000], thousands = new Half[5];
Array.Fill(ones, (Half)1);
Array.Fill(thousands, (Half)1000);
Console.WriteLine($"10,000 ones: sum {TensorPrimitives.Sum<Half>(ones)} "
    + $"dot {TensorPrimitives.Dot<Half>(ones, ones)} norm {TensorPrimitives.Norm<Half>(ones)} "
    + $"distance {TensorPrimitives.Distance<Half>(ones, zeros)} "
    + $"cosine {TensorPrimitives.CosineSimilarity<Half>(ones, ones)}");
Console.WriteLine($"five thousands: norm {TensorPrimitives.Norm<Half>(thousands)} cosine "
    + $"{TensorPrimitives.CosineSimilarity<Half>(thousands, thousands)}");
Console.WriteLine($"averages: {TensorPrimitives.Average<byte>([200, 100])} "
    + $"{TensorPrimitives.Average<sbyte>([100, 100])} {TensorPrimitives.Average<int>([int.MaxValue, int.MaxValue])}");
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
10,000 ones: sum 2048 dot 2048 norm 45.25 distance 45.25 cosine 1
five thousands: norm Infinity cosine 1
averages: 22 -28 -1
STATED
