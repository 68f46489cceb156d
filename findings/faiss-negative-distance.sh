#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12's python3-faiss): pairwise_distances gives negative squared distances, search never does.
#
# Expected:  |x|^2 + |y|^2 - 2 x.y can fall below 0 by rounding; a library that returns squared distances cuts that at
#            0, as IndexFlatL2.search does in the same case.
# Happens:   pairwise_distances returns the difference as it is: -2 for vectors to themselves around (1000, ...),
#            small negative numbers for ordinary ones. search by one query is exactly 0, by 30 queries 0 or a positive
#            rounding error. The distance of one pair is thus three numbers in one library.
# Matters:   the usual next step is a square root: NaN for some pairs of an anchor with itself or a duplicate, and
#            with it a NaN loss, on data that is only not centred. Cut at 0 first.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1
output=$(OMP_NUM_THREADS=1 /usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss
import numpy as np
x = np.random.default_rng(0).standard_normal((200, 16)).astype(np.float32)
for name, vectors in (("centred", x), ("around 1000", x + 1000)):
    pairs = faiss.pairwise_distances(vectors, vectors)
    index = faiss.IndexFlatL2(16)
    index.add(vectors)
    found = index.search(vectors, 1)[0]
    print(name, "pairwise negative:", bool((pairs < 0).any()), "search negative:", bool((found < 0).any()),
          "alone:", index.search(vectors[:1], 1)[0][0, 0], "NaN roots:", bool(np.isnan(np.sqrt(pairs)).any()))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
centred pairwise negative: True search negative: False alone: 0.0 NaN roots: True
around 1000 pairwise negative: True search negative: False alone: 0.0 NaN roots: True
STATED
