#!/usr/bin/env bash
# Times TripletGpu and PyTorch in turns on this machine and prints both and their ratio.
#   bench/compare.sh [ops|models|mining ...]     default: all three
#   ROUNDS=3 PYTHON=python3 bench/compare.sh     turns of each (2), and the Python that has PyTorch
# PyTorch: Debian's python3-torch, or any other.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import torch' 2>/dev/null ||
    { echo "compare.sh: $python has no PyTorch; install it (Debian: python3-torch) or set PYTHON" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for ((round = 1; round <= ${ROUNDS:-2}; round++)); do
    for what in "${@:-ops models mining}"; do
        for part in $what; do
            echo "round $round: $part" >&2
            "$here/../triplet" bench "$part" --device cpu --json >"$folder/$part.$round.ours.json"
            "$python" "$here/peers/torch_peer.py" "$part" >"$folder/$part.$round.peer.jsonl"
        done
    done
done
"$python" "$here/peers/compare.py" "$folder"
