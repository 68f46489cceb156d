#!/usr/bin/env bash
# Cloud.Unum.USearch 2.26.6: an index of Int8 puts every vector on the unit sphere, whatever its metric.
#
# Expected:  ScalarKind.Int8 scales and cuts the numbers to bytes; squared L2 distances and inner products come back
#            in the units of the vectors, a little coarse, or clipped.
# Happens:   each vector is divided by its length and multiplied by 127 first, for L2sq and Ip as for Cos. Two vectors
#            of one direction, (0.3, ...) and (0.1, ...), are 0 apart (Float32: 0.32), and so are (1, ...) and (100,
#            ...). Distances are of the bytes: an inner product of 0.72 comes back as 1 - 15488 = -15487. The zero
#            vector is 15488 from everything, (70000, ...) as far from zero as (0.1, ...).
# Matters:   embeddings that are not normalised rank by direction under "L2sq" once quantised: Recall@1 of such an
#            index is that of cosine, and thresholds on the distance mean nothing.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp Cloud.Unum.USearch/2.26.6 <<'PROGRAM'
using System.Globalization;
using Cloud.Unum.USearch;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
float[] Of(float value) => [.. Enumerable.Repeat(value, 8)];
string Nearest(MetricKind metric, ScalarKind scalar, float stored, float query)
{
    using var index = new USearchIndex(metric, scalar, 8, 0, 0, 0, false);
    index.Add(7, Of(stored));
    index.Search(Of(query), 1, out _, out float[] distances);
    return $"{metric} {scalar} {stored} to {query}: {distances[0]:0.####}";
}
foreach (ScalarKind scalar in (ScalarKind[])[ScalarKind.Float32, ScalarKind.Int8])
    foreach ((float stored, float query) in ((float, float)[])[(0.3f, 0.1f), (1, 100), (70000, 0), (0.1f, 0)])
        Console.WriteLine(Nearest(MetricKind.L2sq, scalar, stored, query));
foreach (ScalarKind scalar in (ScalarKind[])[ScalarKind.Float32, ScalarKind.Int8])
    Console.WriteLine(Nearest(MetricKind.Ip, scalar, 0.3f, 0.3f));
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
L2sq Float32 0.3 to 0.1: 0.32
L2sq Float32 1 to 100: 78408
L2sq Float32 70000 to 0: 39200000000
L2sq Float32 0.1 to 0: 0.08
L2sq Int8 0.3 to 0.1: 0
L2sq Int8 1 to 100: 0
L2sq Int8 70000 to 0: 15488
L2sq Int8 0.1 to 0: 15488
Ip Float32 0.3 to 0.3: 0.28
Ip Int8 0.3 to 0.3: -15487
STATED
