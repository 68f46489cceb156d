#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12's python3-faiss): the nearest neighbour of a NaN embedding is the first row, if k is 1.
#
# Expected:  no distance to NaN is smaller than any other, so nothing is found: id -1 at the greatest distance,
#            whatever k is.
# Happens:   that is so for k = 2 and for inner products. With k = 1 an L2 index takes another way: it answers id 0 at
#            distance infinity, and an empty index answers id 0 as well.
# Matters:   Recall@1 of a network that has diverged counts the hits of class "row 0" instead of failing, and the
#            usual test for "not found", id < 0, passes. Look at the distance, or at the embeddings before the search.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1
output=$(OMP_NUM_THREADS=1 /usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss
import numpy as np
vectors = np.random.default_rng(0).standard_normal((50, 16)).astype(np.float32)
nan = np.full((1, 16), np.nan, dtype=np.float32)
for name, index in (("L2", faiss.IndexFlatL2(16)), ("inner product", faiss.IndexFlatIP(16))):
    print(name, "empty, k = 1: id %d" % index.search(vectors[:1], 1)[1][0, 0])
    index.add(vectors)
    for k in (1, 2):
        distances, ids = index.search(nan, k)
        print(name, "NaN, k = %d: id %d at %.3g" % (k, ids[0, 0], distances[0, 0]))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
L2 empty, k = 1: id 0
L2 NaN, k = 1: id 0 at inf
L2 NaN, k = 2: id -1 at 3.4e+38
inner product empty, k = 1: id -1
inner product NaN, k = 1: id -1 at -3.4e+38
inner product NaN, k = 2: id -1 at -3.4e+38
STATED
