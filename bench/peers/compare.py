"""Puts the rows of `triplet bench --json` and of torch_peer.py side by side.

usage: compare.py FOLDER    with FOLDER/<what>.<round>.ours.json and FOLDER/<what>.<round>.peer.jsonl
"""
import json
import math
import pathlib
import statistics
import sys
from collections import defaultdict

PASSES = ("Conv2dForward", "Conv2dBackwardInput", "Conv2dBackwardWeight")


def ours(path):
    rows = {(row["op"], *row["shape"]): row["seconds"] for row in json.loads(path.read_text())["rows"]}
    for op, *shape in list(rows):
        if op == PASSES[0]:
            rows["Conv2dAllPasses", *shape] = sum(rows[name, *shape] for name in PASSES)
    return rows


def peer(path):
    rows = map(json.loads, path.read_text().splitlines())
    return {(row["op"], *row["shape"]): row["seconds"] for row in rows}


pairs = defaultdict(list)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.ours.json")):
    mine, other = ours(path), peer(path.with_name(path.name.replace(".ours.json", ".peer.jsonl")))
    for key in other:
        if key in mine:
            pairs[key].append((mine[key], other[key]))

groups = defaultdict(list)
print(f"{'':34}{'TripletGpu':>12}{'PyTorch':>12}{'ratio':>8}   (ratio above 1: TripletGpu is faster)")
for (op, *shape), times in pairs.items():
    ratio = statistics.median(b / a for a, b in times)
    groups[op].append(ratio)
    mine, other = (statistics.median(column) * 1e3 for column in zip(*times))
    print(f"{op + ' ' + 'x'.join(map(str, shape)):34}{mine:9.2f} ms{other:9.2f} ms{ratio:8.2f}")
for op, ratios in groups.items():
    if len(ratios) > 1:
        print(f"geometric mean of {op}: {math.exp(statistics.fmean(map(math.log, ratios))):.2f}")
