#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12's python3-faiss), SciPy 1.10.1 to compare: under Canberra and Jensen-Shannon, vectors that have
# a zero in common are no neighbours, and the farthest one is found.
#
# Expected:  the terms 0 / 0 and 0 log 0 count 0, as both distances are defined and SciPy computes them; a row is
#            at distance 0 from itself.
# Happens:   both are NaN, and with them the whole distance, which no comparison lets into the result. For a query with
#            zeros IndexFlat under METRIC_Canberra answers with the only row that has none in the same places, which
#            is the farthest, and -1 behind it; METRIC_JensenShannon, for which every single zero is enough, finds
#            nothing at all. METRIC_L1, METRIC_Linf, METRIC_Lp and METRIC_BrayCurtis are right.
# Matters:   embeddings behind a ReLU and histograms are full of zeros: Recall@1 by these metrics is that of the worst
#            match. Add a tiny number to every element, or count the -1.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1 python3-scipy=1.10.1-2 python3-numpy=1:1.24.2-1+deb12u1
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss, numpy as np
from scipy.spatial.distance import cdist

rows = np.array([[4, 2, 0, 2], [4, 1, 0, 3], [2, 2, 0, 4], [1, 1, 5, 1]], dtype=np.float32) / 8
for name, scipy, power in (("L1", "cityblock", 1), ("BrayCurtis", "braycurtis", 1), ("Canberra", "canberra", 1),
                           ("JensenShannon", "jensenshannon", 2)):
    for zeros, x in (("zeros", rows), ("no zeros", np.maximum(rows, np.float32(1e-6)))):
        index = faiss.IndexFlat(4, getattr(faiss, "METRIC_" + name))
        index.add(x)
        distances, ids = index.search(x[:1], 4)
        right = cdist(x[:1], x, scipy)[0] ** power
        print(name, zeros, "faiss:", *("%d@%.3g" % pair for pair in zip(ids[0], distances[0])),
              "SciPy:", *("%d@%.3g" % (i, right[i]) for i in np.argsort(right)))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
L1 zeros faiss: 0@0 1@0.25 2@0.5 3@1.25 SciPy: 0@0 1@0.25 2@0.5 3@1.25
L1 no zeros faiss: 0@0 1@0.25 2@0.5 3@1.25 SciPy: 0@0 1@0.25 2@0.5 3@1.25
BrayCurtis zeros faiss: 0@0 1@0.125 2@0.25 3@0.625 SciPy: 0@0 1@0.125 2@0.25 3@0.625
BrayCurtis no zeros faiss: 0@0 1@0.125 2@0.25 3@0.625 SciPy: 0@0 1@0.125 2@0.25 3@0.625
Canberra zeros faiss: 3@2.27 -1@3.4e+38 -1@3.4e+38 -1@3.4e+38 SciPy: 0@0 1@0.533 2@0.667 3@2.27
Canberra no zeros faiss: 0@0 1@0.533 2@0.667 3@2.27 SciPy: 0@0 1@0.533 2@0.667 3@2.27
JensenShannon zeros faiss: -1@3.4e+38 -1@3.4e+38 -1@3.4e+38 -1@3.4e+38 SciPy: 0@0 1@0.0169 2@0.0425 3@0.298
JensenShannon no zeros faiss: 0@0 1@0.0169 2@0.0425 3@0.298 SciPy: 0@0 1@0.0169 2@0.0425 3@0.298
STATED
