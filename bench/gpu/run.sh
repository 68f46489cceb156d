#!/usr/bin/env bash
# Beside triplet.tar.xz, on a machine with a card, where neither .NET nor a network is needed:
#   OUT=results bash run.sh [PART...]
# Parts: devices tests train memcheck speed peer whole; all of them, in this order, where none is named: about 8 minutes.
# Correctness comes first; each part is bounded and prints as it goes. Without a card it ends after the devices.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/results} work=$(mktemp -d) start=$SECONDS
parts=${*:-devices tests train memcheck speed peer whole}
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
exec > >(tee -a "$out/log.txt") 2>&1
say() { echo "== $((SECONDS - start)) s: $*"; }
part() { [[ " $parts " == *" $1 "* ]]; }
show() { python3 "$work/bundle/show.py" "$@"; }
name() { echo "${1//[:+]/}"; } # DEVICE as part of a file's name

tar -xJf "$here/triplet.tar.xz" -C "$work"
program=$work/bundle/program
export XDG_CACHE_HOME=$work/bundle/cache DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 NO_COLOR=1
# Some machines have the card's OpenCL, but neither a loader nor its entry.
ldconfig -p | grep -q libOpenCL.so.1 || export LD_LIBRARY_PATH=$work/bundle/lib:${LD_LIBRARY_PATH:-}
! ldconfig -p | grep -q libnvidia-opencl.so.1 || export OCL_ICD_VENDORS=libnvidia-opencl.so.1
chmod +x "$program"/triplet*
cd "$work" || exit 1
triplet=$program/triplet

! command -v nvidia-smi >/dev/null || nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
timeout 60 "$triplet" devices
timeout 60 "$triplet" devices --json >"$out/devices.json"
mapfile -t devices < <(if [ -n "${DEVICES:-}" ]; then tr ' ' '\n' <<<"$DEVICES"; else show cards "$out/devices.json"; fi)
say "cards: ${devices[*]:-none}"
[ ${#devices[@]} -gt 0 ] || exit 0

# The tests of operations and the kernels, each device's drivers side by side.
if part tests; then
    names='KernelSuiteTests|\.OpTests|TripletGolden|TripletMining|GpuMining|NearestNeighbours|Conv2d|MatMul|BatchNorm'
    jobs=()
    for driver in cuda ilgpu-cuda opencl; do
        for tests in Kernels Engine; do
            TRIPLETGPU_DEVICES=$driver timeout "${TESTS_LIMIT:-150}" "$program/triplet-tests" "$names" \
                "TripletGpu.$tests.Tests" >"$out/tests-$driver-$tests.txt" 2>&1 &
            jobs+=($!)
        done
    done
    wait "${jobs[@]}"
    for file in "$out"/tests-*.txt; do
        say "$(basename "$file" .txt)"
        head -n 60 "$file" | cut -c 1-300
    done
fi

# The first losses of two networks beside the CPU's.
train() { # DEVICE
    local settings=(--device "$1" --set 'evaluate.protocols=[]') to=$work
    timeout 120 "$triplet" train mnist-small "${settings[@]}" --set train.steps=100 --out "$to/small-$(name "$1")" &&
        timeout 120 "$triplet" train mnist-nn2 "${settings[@]}" --set train.steps=10 --set data.limit=2000 \
            --out "$to/nn2-$(name "$1")"
}
if part train; then
    jobs=()
    for device in cpu "${devices[@]}"; do
        (train "$device" >"$work/train-$(name "$device").txt" 2>&1 || tail -n 2 "$work/train-$(name "$device").txt") &
        jobs+=($!)
    done
    wait "${jobs[@]}"
    for device in "${devices[@]}"; do
        say "$device: losses"
        for network in small nn2; do
            show losses "$network" "$work/$network-cpu" "$work/$network-$(name "$device")"
        done
    done
fi

if part memcheck && command -v compute-sanitizer >/dev/null; then
    say "compute-sanitizer, the kernels' tests on cuda"
    TRIPLETGPU_DEVICES=cuda timeout "${MEMCHECK_LIMIT:-90}" compute-sanitizer --tool memcheck \
        "$program/triplet-tests" KernelSuiteTests TripletGpu.Kernels.Tests | tail -n 8
fi

if part speed; then
    for device in "${devices[@]}"; do
        for what in ${WHAT:-ops mining models}; do
            say "$device: bench $what"
            options=(--device "$device" --json)
            [ "$what" != models ] || options+=(small-cnn mnist-nn2 nn2 resnet50 --batch "${BATCH:-64}")
            file=$out/$what-$(name "$device").json
            timeout "${SPEED_LIMIT:-60}" "$triplet" bench "$what" "${options[@]}" >"$file" 2>"$work/error" ||
                tail -n 1 "$work/error"
            show rows "$file"
        done
    done
fi

if part peer; then
    say "PyTorch"
    timeout "${PEER_LIMIT:-120}" python3 "$work/bundle/torch_peer.py"
fi

if part whole; then
    say "${devices[0]}: mnist-small whole"
    timeout 120 "$triplet" train mnist-small --device "${devices[0]}" --out "$work/whole" 2>&1 | tail -n 14
fi
say done
