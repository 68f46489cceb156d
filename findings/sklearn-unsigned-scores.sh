#!/usr/bin/env bash
# scikit-learn 1.2.1 (Debian 12): scores and images of unsigned integers are ranked and compared after wrapping around.
#
# Expected:  a metric of 8-bit or 32-bit unsigned numbers is that of the same numbers as floats: pairwise distances,
#            kernels, ROC curves and average precision of such arrays are, since they are converted first.
# Happens:   ndcg_score, dcg_score and label_ranking_average_precision_score sort by the negated scores, in their own
#            type: of unsigned ones -0 is 0, the smallest, so that a score of 0 ranks before 255. Of a perfect ranking
#            NDCG@3 is 0.53 instead of 1. mean_squared_error and mean_absolute_error subtract in bytes: of pixels
#            that differ by 250 the square is 36, and a difference of -250 in 32 bits is 4,294,967,046.
# Matters:   relevance judged by quantised similarities (0 to 255), votes or counts: the worst document is taken for the
#            best one, and the figure still looks like a figure. Images' error, and PSNR by it, come out far too good.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-sklearn=1.2.1+dfsg-1 python3-scipy=1.10.1-2 python3-numpy=1:1.24.2-1+deb12u1
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import numpy as np
from sklearn.metrics import (average_precision_score, dcg_score, label_ranking_average_precision_score,
                             mean_absolute_error, mean_squared_error, ndcg_score, pairwise_distances, roc_auc_score)

relevant = np.array([0, 1, 1, 0, 1, 0, 0, 0])
scores = np.array([10, 250, 200, 5, 255, 100, 0, 90])
a, b = np.array([250, 10, 0, 100]), np.array([0, 10, 250, 100])
for kind in (np.float64, np.uint8, np.uint32):
    s, x, y = scores.astype(kind), a.astype(kind), b.astype(kind)
    print(np.dtype(kind), "NDCG@3 %.3f DCG %.3f LRAP %.3f average precision %.3f ROC %.3f" % (
        ndcg_score([relevant], [s], k=3), dcg_score([relevant], [s]),
        label_ranking_average_precision_score([relevant], [s]), average_precision_score(relevant, s),
        roc_auc_score(relevant, s)))
    print(np.dtype(kind), "squared error %g absolute error %g distance %.3f" % (
        mean_squared_error(x, y), mean_absolute_error(x, y), pairwise_distances([x], [y])[0, 0]))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
float64 NDCG@3 1.000 DCG 2.131 LRAP 1.000 average precision 1.000 ROC 1.000
float64 squared error 31250 absolute error 125 distance 353.553
uint8 NDCG@3 0.531 DCG 1.562 LRAP 0.639 average precision 1.000 ROC 1.000
uint8 squared error 18 absolute error 64 distance 353.553
uint32 NDCG@3 0.531 DCG 1.562 LRAP 0.639 average precision 1.000 ROC 1.000
uint32 squared error 31250 absolute error 1.07374e+09 distance 353.553
STATED
