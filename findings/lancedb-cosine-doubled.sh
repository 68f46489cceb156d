#!/usr/bin/env bash
# LanceDB 0.31.0 (npm @lancedb/lancedb): an index doubles cosine distances, if it quantises.
#
# Expected:  an index makes a search approximate: neighbours may be missed, and quantised vectors give distances a few
#            percent off. A cosine distance stays 1 - cos, with an index or without.
# Happens:   IVF_PQ, HNSW_SQ and HNSW_PQ indices made for "cosine" return 2 (1 - cos), the squared distance of unit
#            vectors. Without an index, with IVF_FLAT and with refineFactor it is 1 - cos. distanceRange compares with
#            the doubled number too, with refineFactor as well, which then shows neighbours up to half the range.
# Matters:   "the same person below 0.2" is tuned on a small table without an index and means 0.1 once somebody makes
#            one: most of the matches are gone, with no error and no change in the query.
cd "$(dirname "$0")" && source ./fetch.bash
packages @lancedb/lancedb@0.31.0 @lancedb/lancedb-linux-x64-gnu@0.31.0 apache-arrow@18.1.0
export FOLDER=$work/table
output=$(javascript <<'PROGRAM'
const { connect, Index } = require('@lancedb/lancedb');

// 2,000 unit vectors around ten directions.
let state = 1;
const uniform = () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) / 2 ** 32 - 0.5;
const random = n => Array.from({ length: n }, uniform);
const unit = v => v.map(x => x / Math.hypot(...v));
const centres = Array.from({ length: 10 }, () => random(16));
const rows = Array.from({ length: 2000 }, (_, id) =>
    ({ id, vector: unit(random(16).map((x, i) => centres[id % 10][i] + 0.3 * x)) }));
const cosine = (a, b) => 1 - a.reduce((sum, x, i) => sum + x * b[i], 0);
const median = numbers => numbers.sort((a, b) => a - b)[numbers.length >> 1];

(async () => {
    const table = await (await connect(process.env.FOLDER)).createTable('t', rows);
    const options = { numPartitions: 1, distanceType: 'cosine' };
    const kinds = {
        'no index': null, IVF_FLAT: Index.ivfFlat(options), IVF_PQ: Index.ivfPq({ ...options, numSubVectors: 8 }),
        HNSW_SQ: Index.hnswSq(options), HNSW_PQ: Index.hnswPq({ ...options, numSubVectors: 8 }),
    };
    for (const [name, config] of Object.entries(kinds)) {
        if (config) await table.createIndex('vector', { config, replace: true });
        for (const refined of config ? [false, true] : [false]) {
            const ratios = [], within = [];
            for (let i = 0; i < 40; i++) {
                const search = () => {
                    const query = table.query().nearestTo(rows[i].vector).distanceType('cosine');
                    return refined ? query.refineFactor(5) : query;
                };
                for (const { id, _distance } of await search().limit(20).toArray()) {
                    const right = cosine(rows[i].vector, rows[id].vector);
                    if (right > 0.02) ratios.push(_distance / right);
                }
                // The closest neighbour but itself, at right away from 0.
                const nearest = (await search().distanceRange(0.001, 0.06).limit(2000).toArray())
                    .map(({ id }) => cosine(rows[i].vector, rows[id].vector));
                if (nearest.length) within.push(Math.max(...nearest));
            }
            console.log(`${name}${refined ? ', refined' : ''}: distance / (1 - cos) ${median(ratios).toFixed(1)}, `
                + `farthest within 0.06: ${median(within).toFixed(2)}`);
        }
    }
    process.exit(0);
})();
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
no index: distance / (1 - cos) 1.0, farthest within 0.06: 0.06
IVF_FLAT: distance / (1 - cos) 1.0, farthest within 0.06: 0.06
IVF_FLAT, refined: distance / (1 - cos) 1.0, farthest within 0.06: 0.06
IVF_PQ: distance / (1 - cos) 2.0, farthest within 0.06: 0.03
IVF_PQ, refined: distance / (1 - cos) 1.0, farthest within 0.06: 0.03
HNSW_SQ: distance / (1 - cos) 2.0, farthest within 0.06: 0.03
HNSW_SQ, refined: distance / (1 - cos) 1.0, farthest within 0.06: 0.03
HNSW_PQ: distance / (1 - cos) 2.0, farthest within 0.06: 0.03
HNSW_PQ, refined: distance / (1 - cos) 1.0, farthest within 0.06: 0.03
STATED
