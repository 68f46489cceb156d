#!/usr/bin/env bash
# faiss 1.7.3 (Debian 12's python3-faiss): the scalar quantizer for bytes takes -1 for 255, 256 for 0 and 300 for 44.
#
# Expected:  QT_8bit_direct stores numbers from 0 to 255 as they are, rounded, and cuts the others at 0 and 255, as
#            QT_8bit does with what lies outside of the range it was trained on (its steps are decoded to their middle:
#            255.5).
# Happens:   it keeps the low byte of the whole part: 254.9 is 254, 256 is 0, 300 is 44, -0.9 is 0 and -1 is 255. No
#            message, at adding or searching: the vector (300, ...) is 44 away from zeros in each element. Queries are
#            not quantised, so a stored vector is 256 away from itself.
# Matters:   descriptors "of bytes" (SIFT, scaled embeddings) that overshoot in one element, or were centred, move to
#            the far end of the scale, and recall falls without a sign. Round and clip before adding.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-faiss=1.7.3-2+b1 python3-numpy=1:1.24.2-1+deb12u1
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss, numpy as np

x = np.array([[0, 1.6, 254.9, 256, 300, -0.9, -1, -200]], dtype=np.float32)
train = np.array([[0] * 8, [255] * 8], dtype=np.float32)
print("numbers", *x[0])
for name in ("QT_8bit_direct", "QT_8bit"):
    index = faiss.IndexScalarQuantizer(8, getattr(faiss.ScalarQuantizer, name))
    index.train(train)
    index.add(x)
    print(name, *("%g" % round(float(value), 1) for value in index.reconstruct(0)))
index = faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_8bit_direct)
index.add(np.array([[300] * 8, [50] * 8, [255] * 8], dtype=np.float32))
for query in (300, 0):
    distances, ids = index.search(np.full((1, 8), query, dtype=np.float32), 3)
    print("nearest of", query, *("%d@%.0f" % pair for pair in zip(ids[0], np.sqrt(distances[0] / 8))))
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
numbers 0.0 1.6 254.9 256.0 300.0 -0.9 -1.0 -200.0
QT_8bit_direct 0 1 254 0 44 0 255 56
QT_8bit 0.5 1.5 254.5 255.5 255.5 0.5 0.5 0.5
nearest of 300 2@45 1@250 0@256
nearest of 0 0@44 1@50 2@255
STATED
