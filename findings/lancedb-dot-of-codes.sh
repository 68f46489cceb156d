#!/usr/bin/env bash
# LanceDB 0.31.0 (npm @lancedb/lancedb): an HNSW_SQ index made for "dot" finds none of the ten nearest rows.
#
# Expected:  scalar quantisation to bytes costs one or two neighbours of ten, by inner products as by L2 and cosine;
#            for unit vectors the three rank alike.
# Happens:   by "dot" its distances are of another size (-155 for -14), as products of codes are whose offset was not
#            put back, and other rows come first: of the ten nearest of forty queries it finds none or next to none,
#            and not the row itself. "l2" and "cosine" on the same rows find most of them, so does IVF_PQ by "dot", and
#            IVF_FLAT finds all. refineFactor cannot bring back rows that were not found.
# Matters:   inner products are what normalised embeddings are searched by; the search stays fast and full of hits, and
#            they are the wrong ones. Use "cosine" there, or another index, and compare with an exact search once.
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

(async () => {
    const table = await (await connect(process.env.FOLDER)).createTable('t', rows);
    const ids = async query => (await query.limit(10).toArray()).map(({ id }) => id);
    for (const distanceType of ['l2', 'cosine', 'dot']) {
        const options = { numPartitions: 1, distanceType };
        const kinds = {
            IVF_FLAT: Index.ivfFlat(options), IVF_PQ: Index.ivfPq({ ...options, numSubVectors: 8 }),
            HNSW_SQ: Index.hnswSq(options),
        };
        for (const [name, config] of Object.entries(kinds)) {
            await table.createIndex('vector', { config, replace: true });
            let found = 0, first = 0;
            for (let i = 0; i < 40; i++) {
                const query = () => table.query().nearestTo(rows[i * 50].vector).distanceType(distanceType);
                const exact = await ids(query().bypassVectorIndex()), got = await ids(query());
                found += got.filter(id => exact.includes(id)).length / 400;
                first += got.includes(i * 50);
            }
            // k-means starts anywhere: only the order of magnitude is stated.
            console.log(`${distanceType} ${name}: of the ten nearest `
                + (found < 0.1 ? 'next to none' : found < 0.999 ? 'many' : 'all') + ', the row itself '
                + (first < 4 ? 'next to never' : 'often'));
        }
    }
    process.exit(0);
})();
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
l2 IVF_FLAT: of the ten nearest all, the row itself often
l2 IVF_PQ: of the ten nearest many, the row itself often
l2 HNSW_SQ: of the ten nearest many, the row itself often
cosine IVF_FLAT: of the ten nearest all, the row itself often
cosine IVF_PQ: of the ten nearest many, the row itself often
cosine HNSW_SQ: of the ten nearest many, the row itself often
dot IVF_FLAT: of the ten nearest all, the row itself often
dot IVF_PQ: of the ten nearest many, the row itself often
dot HNSW_SQ: of the ten nearest next to none, the row itself next to never
STATED
