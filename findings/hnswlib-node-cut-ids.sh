#!/usr/bin/env bash
# hnswlib-node 3.0.0 (npm): an id beyond 32 bits is cut, and takes the place of another vector.
#
# Expected:  ids are numbers of JavaScript, exact up to 2^53, and hnswlib's own labels have 64 bits; one that does not
#            fit, or is no whole number, raises an error, as a text in its place does.
# Happens:   only the low 32 bits are kept, of the whole part. 5 and 4294967301 are one id, so are 1.2 and 1.8, -1 and
#            4294967295; NaN and Infinity are 0. The second vector overwrites the first without a word, and the search
#            answers with an id that nobody gave.
# Matters:   ids that are times in milliseconds, numbers of a database or hashes: photographs vanish from the index, more
#            of them the larger it grows, and a hit opens another record.
cd "$(dirname "$0")" && source ./fetch.bash
packages hnswlib-node@3.0.0
output=$(javascript <<'PROGRAM'
const { HierarchicalNSW } = require('hnswlib-node');

for (const ids of [[7, 8], [5, 2 ** 32 + 5], [1764400000000, 1764400000000 + 2 ** 33], [1.2, 1.8], [-1, 4294967295]]) {
    const index = new HierarchicalNSW('l2', 2);
    index.initIndex(4);
    index.addPoint([1, 0], ids[0]);
    index.addPoint([0, 1], ids[1]);
    const { neighbors, distances } = index.searchKnn([1, 0], 1);
    console.log(`${ids}: ${index.getCurrentCount()} stored, nearest of the first ${neighbors[0]} at ${distances[0]}`);
}
PROGRAM
) || cannot "$output"
compare "$(grep ': ' <<<"$output")" <<'STATED'
7,8: 2 stored, nearest of the first 7 at 0
5,4294967301: 1 stored, nearest of the first 5 at 2
1764400000000,1772989934592: 1 stored, nearest of the first 3463408640 at 2
1.2,1.8: 1 stored, nearest of the first 1 at 2
-1,4294967295: 1 stored, nearest of the first 4294967295 at 2
STATED
