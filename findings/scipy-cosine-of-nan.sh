#!/usr/bin/env bash
# SciPy 1.10.1, scikit-learn 1.2.1 (Debian 12): scipy.spatial.distance.cosine of a vector with NaN, or of zeros, is 0.
#
# Expected:  the cosine distance of a vector of zeros is 0 / 0, NaN, or 1 by agreement, and of one with a NaN it is NaN.
# Happens:   it is 0, as near as can be, for both: the quotient is clipped by max(0, ...), which drops the NaN. cdist
#            with metric "cosine" gives NaN for the same vectors, correlation gives NaN, scikit-learn gives 1 for zeros
#            and refuses NaN.
# Matters:   an embedding that collapsed to zeros, or blew up to NaN, is the nearest neighbour of everything, and a list
#            of duplicates by "distance < 0.01" fills up with the broken rows.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-scipy=1.10.1-2 python3-sklearn=1.2.1+dfsg-1 python3-numpy=1:1.24.2-1+deb12u1
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import numpy as np
from scipy.spatial.distance import cdist, correlation, cosine
from sklearn.metrics.pairwise import cosine_distances

other = np.array([1.0, 2.0, 3.0])
for name, x in (("zeros", [0, 0, 0]), ("a NaN", [np.nan, 1, 2]), ("opposite", [-1, -2, -3])):
    x = np.array(x, dtype=float)
    print(name, "cosine %g cdist %g correlation %g" % (
        cosine(x, other), cdist([x], [other], "cosine")[0, 0], correlation(x, other)))
    try:
        print(name, "scikit-learn %g" % cosine_distances([x], [other])[0, 0])
    except ValueError as error:
        print(name, "scikit-learn:", str(error).split(".")[0])
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
zeros cosine 0 cdist nan correlation nan
zeros scikit-learn 1
a NaN cosine 0 cdist nan correlation nan
a NaN scikit-learn: Input contains NaN
opposite cosine 2 cdist 2 correlation 2
opposite scikit-learn 2
STATED
