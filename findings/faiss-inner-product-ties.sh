#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12's python3-faiss): which of several equal inner products comes first depends on k.
#
# Expected:  equally near vectors come in the order of their ids, as IndexFlatL2 gives them; the first of search(k =
#            3) is the one of search(k = 1).
# Happens:   IndexFlatIP keeps the first k of equals and returns them backwards: k = 1 gives id 0, k = 3 gives 2 1 0,
#            k = 150 starts with 149. IndexFlatL2 on the same vectors starts with 0 always. The number of queries does
#            not matter.
# Matters:   Recall@1 on embeddings with duplicates (a collapsed network, quantised vectors, a class of equal images)
#            changes with the k that was asked for, and cosine and L2 of unit vectors, otherwise one ranking, give
#            two.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1
output=$(/usr/bin/python3 - <<'PROGRAM'
import faiss
import numpy as np
same = np.full((300, 8), 0.5, dtype=np.float32)
for name, index in (("inner product", faiss.IndexFlatIP(8)), ("L2", faiss.IndexFlatL2(8))):
    index.add(same)
    for k in (1, 3, 150):
        for queries in (1, 30):
            print(name, "k", k, "queries", queries, "ids", *index.search(same[:queries], k)[1][-1][:3])
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
inner product k 1 queries 1 ids 0
inner product k 1 queries 30 ids 0
inner product k 3 queries 1 ids 2 1 0
inner product k 3 queries 30 ids 2 1 0
inner product k 150 queries 1 ids 149 148 147
inner product k 150 queries 30 ids 149 148 147
L2 k 1 queries 1 ids 0
L2 k 1 queries 30 ids 0
L2 k 3 queries 1 ids 0 1 2
L2 k 3 queries 30 ids 0 1 2
L2 k 150 queries 1 ids 0 1 2
L2 k 150 queries 30 ids 0 1 2
STATED
