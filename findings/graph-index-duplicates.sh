#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12) and Cloud.Unum.USearch 2.26.6 (NuGet): equal vectors in a graph index hide the others.
#
# Expected:  HNSW is approximate, but a query that equals a stored vector finds it nearly always (200 of 200 below,
#            without duplicates); two thousand copies of another vector far away change nothing.
# Happens:   each copy links to copies only, at distance 0, and the search has no edge to leave them by. After 2,000
#            copies of (1, ...) the vector (5, ...) is not found by its own query in either library: they answer with
#            copies, 256 and 128 away. Of 300 different vectors added after the copies more than 30 are not found by
#            themselves.
# Matters:   embeddings that collapse in part (black images, padding, dead units after a ReLU) put Recall@1 of an
#            approximate index far below the exact one, for healthy classes as well. Judge by exact search, or merge
#            duplicates first.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1
output=$(OMP_NUM_THREADS=1 /usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss
import numpy as np
same, other = np.ones((2000, 16), dtype=np.float32), np.full((1, 16), 5, dtype=np.float32)
different = np.random.default_rng(0).standard_normal((300, 16)).astype(np.float32)


def missed(first, vectors):
    index = faiss.IndexHNSWFlat(16, 16)
    index.add(first)
    index.add(vectors)
    return int((index.search(vectors, 1)[1][:, 0] != np.arange(len(first), index.ntotal)).sum())


print("faiss: missed without copies", missed(same[:1], different), "| one after copies", missed(same, other),
      "| more than 30 of 300:", missed(same, different) > 30)
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
unset LD_LIBRARY_PATH
output+=$'\n'$(csharp Cloud.Unum.USearch/2.26.6 <<'PROGRAM'
using Cloud.Unum.USearch;
float[] Of(float value) => [.. Enumerable.Repeat(value, 8)];
var random = new Random(1);
float[][] different = [.. Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, 8)
    .Select(_ => random.NextSingle() * 2 - 1).ToArray())];
Console.WriteLine($"USearch: missed without copies {Missed(1, different)} | one after copies {Missed(2000, [Of(5)])} "
    + $"| more than 30 of 300: {Missed(2000, different) > 30}");

int Missed(int copies, float[][] vectors)
{
    using var index = new USearchIndex(MetricKind.L2sq, ScalarKind.Float32, 8, 0, 0, 0, false);
    for (int i = 0; i < copies; i++) index.Add((ulong)i, Of(1));
    for (int i = 0; i < vectors.Length; i++) index.Add((ulong)(copies + i), vectors[i]);
    int missed = 0;
    for (int i = 0; i < vectors.Length; i++)
    {
        index.Search(vectors[i], 1, out ulong[] keys, out _);
        if (keys[0] != (ulong)(copies + i)) missed++;
    }
    return missed;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
faiss: missed without copies 0 | one after copies 1 | more than 30 of 300: True
USearch: missed without copies 0 | one after copies 1 | more than 30 of 300: True
STATED
