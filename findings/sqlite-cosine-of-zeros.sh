#!/usr/bin/env bash
# libSQL 0.5.29 and sqlite-vec 0.1.9 (npm): a row of zeros is the nearest neighbour of every query by cosine.
#
# Expected:  the cosine distance of zeros is not a number, or 1 by agreement; a row without a distance comes last, or
#            not at all, as in pgvector, whose NaN sorts last.
# Happens:   vector_distance_cos (libSQL) and vec_distance_cosine (sqlite-vec) give NaN, which SQLite stores as NULL,
#            and ORDER BY puts NULL first: the rows of zeros lead the list of neighbours of any query. sqlite-vec's own
#            search, MATCH with k, puts them last, unless they are the first rows of the table: then they come first,
#            and k = 1 finds nothing else.
# Matters:   one photograph that failed (a black image behind a ReLU, an embedding not yet written) is found for every
#            query; with it in the first row, it is the only one found. Add "where distance is not null".
cd "$(dirname "$0")" && source ./fetch.bash
packages libsql@0.5.29 sqlite-vec@0.1.9
output=$(javascript <<'PROGRAM'
const Database = require('libsql');
const database = new Database(':memory:');
const list = sql => database.prepare(sql).raw().all().map(row => row.join('@')).join(' ');

// Five directions, the last the query's, and one row that has none.
const rows = zeros => [...[1.2, 0.9, 0.6, 0.3, 0].map(a => [Math.cos(a), Math.sin(a)])].toSpliced(zeros, 0, [0, 0]);
for (const [where, at] of [['first', 0], ['third', 2], ['last', 5]]) {
    database.exec('drop table if exists t; create table t(id integer primary key, v F32_BLOB(2))');
    rows(at).forEach((v, i) => database.exec(`insert into t values (${i}, vector('[${v}]'))`));
    console.log(`zeros ${where} (row ${at}), libSQL: `
        + list(`select id from t order by vector_distance_cos(v, vector('[1,0]')) limit 3`));
}

database.loadExtension(require('sqlite-vec').getLoadablePath());
for (const [where, at] of [['first', 0], ['third', 2], ['last', 5]]) {
    database.exec(`drop table if exists w;
        create virtual table w using vec0(id integer primary key, v float[2] distance_metric=cosine)`);
    rows(at).forEach((v, i) => database.exec(`insert into w(id, v) values (${i}, '[${v}]')`));
    console.log(`zeros ${where} (row ${at}), sqlite-vec by ORDER BY: `
        + list(`select id from w order by vec_distance_cosine(v, '[1,0]') limit 3`) + ', by MATCH with k = 1: '
        + list(`select id from w where v match '[1,0]' and k = 1`) + ', with k = 6: '
        + list(`select id from w where v match '[1,0]' and k = 6`));
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
zeros first (row 0), libSQL: 0 5 4
zeros third (row 2), libSQL: 2 5 4
zeros last (row 5), libSQL: 5 4 3
zeros first (row 0), sqlite-vec by ORDER BY: 0 5 4, by MATCH with k = 1: 0, with k = 6: 0 5 4 3 2 1
zeros third (row 2), sqlite-vec by ORDER BY: 2 5 4, by MATCH with k = 1: 5, with k = 6: 5 4 3 1 0 2
zeros last (row 5), sqlite-vec by ORDER BY: 5 4 3, by MATCH with k = 1: 4, with k = 6: 4 3 2 1 0 5
STATED
