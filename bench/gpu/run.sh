#!/usr/bin/env bash
# Beside triplet.tar.gz, on a machine with a card, where neither .NET nor a network nor anything else is needed:
#   OUT=results bash run.sh [--device ID]... [PART...]
# Parts run in the order that they are listed in below, all of them where none is named. After LIMIT seconds (480: 8
# minutes) what is left is left out. Correctness comes first; each part prints as it goes.
# Devices are those of a card; without one it ends after the devices, unless --device names others: cpu, opencl:0.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/results} work=$(mktemp -d) start=$SECONDS limit=${LIMIT:-480}
known=(devices tests train memcheck speed peer tune whole)
devices=() parts=()
while [ $# -gt 0 ]; do
    case $1 in
        --device)
            [ $# -gt 1 ] || { echo "run.sh: --device needs an identifier" >&2; exit 2; }
            devices+=("$2")
            shift ;;
        *)
            [[ " ${known[*]} " == *" $1 "* ]] || { echo "run.sh: no part $1: ${known[*]}" >&2; exit 2; }
            parts+=("$1") ;;
    esac
    shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${known[@]}")
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
exec > >(tee -a "$out/log.txt") 2>&1
say() { echo "== $((SECONDS - start)) s: $*"; }
rest() { echo $((limit - SECONDS + start)); }
# part NAME: whether it was asked for and there is time for any of it.
part() {
    [[ " ${parts[*]} " == *" $1 "* ]] || return 1
    [ "$(rest)" -ge 10 ] || { say "$1: left out, $limit s are over"; return 1; }
}
# within SECONDS COMMAND...: no longer than that, nor than what is left.
within() {
    local most=$1 left
    shift
    left=$(rest)
    [ "$left" -ge 1 ] || left=1
    timeout $((most < left ? most : left)) "$@"
}
show() { "$program/triplet-tests" show "$@"; }
batch() { case $1 in cuda*) echo 64 ;; *) echo 4 ;; esac; }
name() { echo "${1//[:+]/}"; } # DEVICE as part of a file's name
# The tests' name of a device.
driver() {
    case $1 in
        cpu) echo cpu-avx512,cpu-avx2,cpu-portable ;;
        *+ilgpu) echo "ilgpu-${1%%:*}" ;;
        *) echo "${1%%:*}" ;;
    esac
}

tar -xzf "$here/triplet.tar.gz" -C "$work" || exit 1
program=$work/bundle/program
export XDG_CACHE_HOME=$work/bundle/cache DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 NO_COLOR=1
# Some machines have the card's OpenCL, but neither a loader nor its entry.
ldconfig -p | grep -q libOpenCL.so.1 || export LD_LIBRARY_PATH=$work/bundle/lib:${LD_LIBRARY_PATH:-}
! ldconfig -p | grep -q libnvidia-opencl.so.1 || export OCL_ICD_VENDORS=libnvidia-opencl.so.1
chmod +x "$program"/triplet*
cd "$work" || exit 1
triplet=$program/triplet

! command -v nvidia-smi >/dev/null || nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
within 60 "$triplet" devices
within 60 "$triplet" devices --json >"$out/devices.json"
[ ${#devices[@]} -gt 0 ] || mapfile -t devices < <(show cards "$out/devices.json")
say "devices: ${devices[*]:-no card}"
[ ${#devices[@]} -gt 0 ] || exit 0

# The tests of operations and the kernels, each device's side by side. A card's own OpenCL as well.
if part tests; then
    names='KernelSuiteTests|\.OpTests|TripletGolden|TripletMining|GpuMining|NearestNeighbours|Conv2d|MatMul|BatchNorm'
    jobs=()
    mapfile -t drivers < <(for device in "${devices[@]}"; do
        driver "$device"
        [[ $device != cuda* ]] || echo opencl
    done | sort -u)
    for driver in "${drivers[@]}"; do
        for tests in Kernels Engine; do
            TRIPLETGPU_DEVICES=$driver within "${TESTS_LIMIT:-150}" "$program/triplet-tests" "$names" \
                "TripletGpu.$tests.Tests" >"$out/tests-${driver%%,*}-$tests.txt" 2>&1 &
            jobs+=($!)
        done
    done
    wait "${jobs[@]}"
    for file in "$out"/tests-*.txt; do
        say "$(basename "$file" .txt)"
        if [ -s "$file" ]; then head -n 60 "$file" | cut -c 1-300; else echo "   not done in ${TESTS_LIMIT:-150} s"; fi
    done
fi

# The first losses of two networks beside the CPU's.
train() { # DEVICE
    local settings=(--device "$1" --set 'evaluate.protocols=[]') to=$work
    within 120 "$triplet" train mnist-small "${settings[@]}" --set train.steps=100 --out "$to/small-$(name "$1")" &&
        within 120 "$triplet" train mnist-nn2 "${settings[@]}" --set train.steps=10 --set data.limit=2000 \
            --out "$to/nn2-$(name "$1")"
}
if part train; then
    jobs=()
    mapfile -t all < <(printf '%s\n' cpu "${devices[@]}" | sort -u)
    for device in "${all[@]}"; do
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
    TRIPLETGPU_DEVICES=cuda within "${MEMCHECK_LIMIT:-90}" compute-sanitizer --tool memcheck \
        "$program/triplet-tests" KernelSuiteTests TripletGpu.Kernels.Tests | tail -n 8
fi

# PRECISIONS='tf32 bfloat16' measures on tensor cores; mining takes none.
speed() { # DEVICE WHAT PRECISION
    local options=(--device "$1" --json) file=$out/$2-$(name "$1").json
    if [ "$3" != float32 ]; then
        options+=(--precision "$3")
        file=${file%.json}-$3.json
    fi
    say "$1: bench $2, $3"
    [ "$2" != models ] || options+=(small-cnn mnist-nn2 nn2 resnet50 --batch "${BATCH:-$(batch "$1")}")
    within "${SPEED_LIMIT:-60}" "$triplet" bench "$2" "${options[@]}" >"$file" 2>"$work/error" ||
        { [ -s "$work/error" ] && tail -n 1 "$work/error" || echo "   not done in ${SPEED_LIMIT:-60} s"; }
    show rows "$file"
}
# Small networks, whose launches are many and short.
graphs() { # DEVICE
    local file=$out/graphs-$(name "$1").json
    say "$1: bench models, by graphs"
    within "${SPEED_LIMIT:-60}" "$triplet" bench models small-cnn mnist-nn2 --batch "${BATCH:-$(batch "$1")}" \
        --pass training --device "$1" --graphs --json >"$file" 2>"$work/error" ||
        { [ -s "$work/error" ] && tail -n 1 "$work/error" || echo "   not done in ${SPEED_LIMIT:-60} s"; }
    show rows "$file"
}
if part speed; then
    for device in "${devices[@]}"; do
        for what in ${WHAT:-ops mining models}; do
            for precision in ${PRECISIONS:-float32}; do
                [[ $what == mining && $precision != float32 ]] || speed "$device" "$what" "$precision"
            done
        done
        [[ $device != cuda* || $device == *+ilgpu ]] || graphs "$device"
    done
fi

if part peer; then
    say "PyTorch"
    if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
        within "${PEER_LIMIT:-120}" python3 "$work/bundle/torch_peer.py"
    else
        echo "   no PyTorch with CUDA here"
    fi
fi

# After the speed of the tiles that the constants choose, because from here on the measured ones are chosen.
if part tune; then
    for device in "${devices[@]}"; do
        say "$device: bench --tune"
        within "${TUNE_LIMIT:-60}" "$triplet" bench --tune --device "$device" >"$out/tune-$(name "$device").txt" 2>&1 ||
            echo "   not done in ${TUNE_LIMIT:-60} s"
        tail -n 45 "$out/tune-$(name "$device").txt"
    done
    [ ! -d "$XDG_CACHE_HOME/tripletgpu/tuned" ] || cp -r "$XDG_CACHE_HOME/tripletgpu/tuned" "$out/"
fi

if part whole; then
    say "${devices[0]}: mnist-small whole"
    within 120 "$triplet" train mnist-small --device "${devices[0]}" --out "$work/whole" 2>&1 | tail -n 14
fi
say done
