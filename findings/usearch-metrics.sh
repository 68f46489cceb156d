#!/usr/bin/env bash
# Cloud.Unum.USearch 2.26.6 (NuGet): metrics that do not fit the numbers answer with NaN and all keys, Pearson finds
# constant vectors, and 100 bits are not 100.
#
# Expected:  an index whose metric its scalars do not have is refused, as Haversine of Float16 is ("Unknown metric
#            kind"). The correlation with a constant vector is 0 / 0: NaN, or a distance of 1, as the cosine of zeros
#            has here. The Hamming distance of a vector to itself is 0 whatever its length.
# Happens:   Hamming, Jaccard and Tanimoto of Float32 are made without a word; every distance is NaN, and the search
#            returns any keys. Pearson puts a constant vector, zeros among them, at
#            distance 0 from everything, before the true matches. An index of bits is right for whole bytes; with 100
#            dimensions a vector is not at distance 0 from itself.
# Matters:   top-k lists of a wrong pairing look like top-k lists. Under Pearson, as under no other metric here, a black
#            image's embedding is among the nearest of every query. Pad binary codes to a multiple of 8.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp Cloud.Unum.USearch/2.26.6 <<'PROGRAM'
using Cloud.Unum.USearch;

float[][] rows = [[1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 0, 0], [2, 2, 2, 2], [1, 2, 3, 5]];
foreach (MetricKind metric in (MetricKind[])[MetricKind.Cos, MetricKind.Pearson, MetricKind.Hamming, MetricKind.Jaccard,
    MetricKind.Tanimoto])
{
    using USearchIndex index = new(metric, ScalarKind.Float32, 4);
    for (int i = 0; i < rows.Length; i++) index.Add((ulong)i, rows[i]);
    foreach (int query in (int[])[0, 1])
    {
        int found = index.Search(rows[query], 5, out ulong[] keys, out float[] distances);
        Console.WriteLine($"{metric} of row {query}: " + string.Join(" ", Enumerable.Range(0, found)
            .OrderBy(i => MathF.Round(distances[i], 3)).ThenBy(i => keys[i])
            .Select(i => $"{keys[i]}@{Math.Abs(distances[i]):0.###}")));
    }
}
foreach (int dimensions in (int[])[64, 96, 100, 104])
{
    Random random = new(1);
    float[][] codes = [.. Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, dimensions)
        .Select(_ => random.NextSingle() - 0.5f).ToArray())];
    using USearchIndex index = new(MetricKind.Hamming, ScalarKind.Bits1, (ulong)dimensions);
    for (int i = 0; i < codes.Length; i++) index.Add((ulong)i, codes[i]);
    int zeros = 0;
    foreach (float[] code in codes)
    {
        index.Search(code, 1, out _, out float[] distances);
        zeros += distances[0] == 0 ? 1 : 0;
    }
    Console.WriteLine($"{dimensions} bits: {(zeros == 50 ? "all" : "not all")} are at distance 0 from themselves");
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
Cos of row 0: 0@0 4@0.006 3@0.087 1@0.333 2@1
Cos of row 1: 1@0 3@0.087 0@0.333 4@0.386 2@1
Pearson of row 0: 0@0 2@0 3@0 4@0.017 1@2
Pearson of row 1: 1@0 2@0 3@0 4@1.983 0@2
Hamming of row 0: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
Hamming of row 1: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
Jaccard of row 0: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
Jaccard of row 1: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
Tanimoto of row 0: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
Tanimoto of row 1: 0@NaN 1@NaN 2@NaN 3@NaN 4@NaN
64 bits: all are at distance 0 from themselves
96 bits: all are at distance 0 from themselves
100 bits: not all are at distance 0 from themselves
104 bits: all are at distance 0 from themselves
STATED
