#!/usr/bin/env bash
# Runs operations, kernels, mining and a short training on the OpenCL drivers of Debian 13: PoCL 6, the first that ILGPU
# accepts, through our own OpenCL and through ILGPU; and Mesa 25's rusticl through our own (it has no generic address
# space, which ILGPU asks for). They run in a root of their own, which is made once, by debootstrap, from the mirror that
# apt has for this machine, and kept: what was downloaded before an interruption is not downloaded again.
#   tests/debian13.sh [CONFIGURATION]      default: Release
#   tests/debian13.sh shell                a shell in the root, with the working copy and the SDK
#   tests/debian13.sh bench [ARGUMENTS]    bench/, as built for Release: LibTorch needs this root's libstdc++
#   TRIPLETGPU_DEBIAN13=FOLDER             the root; default: debian13 in the user's cache folder
# Needs the rights of root. Where they, debootstrap or the mirror are missing, it says so and does nothing.
set -uo pipefail
cd "$(dirname "$0")/.."
root=${TRIPLETGPU_DEBIAN13:-${XDG_CACHE_HOME:-$HOME/.cache}/tripletgpu/debian13}
packages=(ocl-icd-libopencl1 pocl-opencl-icd mesa-opencl-icd libstdc++6)

skip() { echo "debian13.sh: SKIPPED: $1"; exit 0; }

# Mounts live in a namespace of this script's own and end with its last process, however that ends: nothing is ever
# left mounted below the root, for a later rm to reach.
if [ -z "${DEBIAN13_MOUNTS:-}" ]; then
    [ "$(id -u)" = 0 ] || skip "it needs the rights of root"
    unshare --mount --propagation private true 2>/dev/null || skip "this machine allows no mounts"
    mkdir -p "$(dirname "$root")"
    exec env DEBIAN13_MOUNTS=1 flock "$root.lock" unshare --mount --propagation private "$0" "$@"
fi

# The mirror of this machine's own Debian: the first address of main that is not for security updates.
mirror() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk -v suite="$codename" '
            /^deb / { sub(/\[[^]]*\] */, ""); if ($3 == suite) print $2 }
            /^URIs:/ { uri = $2 }
            /^Suites:/ { for (i = 2; i <= NF; i++) if ($i == suite) print uri }' | grep -m 1 '/debian/*$'
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

if [ ! -e "$root/.bootstrapped" ]; then
    command -v debootstrap >/dev/null || skip "debootstrap is not installed"
    from=$(mirror)
    [ -n "$from" ] || skip "apt names no Debian mirror"
    echo "debian13.sh: making $root"
    mkdir -p "$root.packages"
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase --cache-dir="$(realpath "$root.packages")" trixie "$root" "$from" >"$root.log" 2>&1 ||
        skip "debootstrap could not make it: $(tail -n 1 "$root.log")"
    touch "$root/.bootstrapped"
fi
for folder in proc sys dev tmp; do mount --rbind "/$folder" "$root/$folder"; done
if [ "$(cat "$root/.packages" 2>/dev/null)" != "${packages[*]}" ]; then
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    { inside dpkg --configure -a && inside apt-get update &&
        inside apt-get install -y --no-install-recommends "${packages[@]}" && inside apt-get clean; } >>"$root.log" 2>&1 ||
        skip "its packages could not be installed: $(tail -n 1 "$root.log")"
    echo "${packages[*]}" >"$root/.packages"
    rm -rf "$root.packages"
fi

sdk=$(dirname "$(readlink -f "$(command -v dotnet)")") || skip "dotnet is not installed"
for folder in "$PWD" "$sdk"; do mkdir -p "$root$folder" && mount --bind "$folder" "$root$folder"; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# on DRIVER COMMAND...: runs a command in the root, where this is the only OpenCL driver.
on() {
    mkdir -p "$work/$1"
    inside DOTNET_ROOT="$sdk" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 \
        TMPDIR="$work" DOTNET_CLI_HOME="$work" POCL_CACHE_DIR="$work/$1/pocl" TRIPLETGPU_CACHE="$work/$1/cache" \
        OCL_ICD_VENDORS="/etc/OpenCL/vendors/$1.icd" RUSTICL_ENABLE=llvmpipe PATH="$sdk:/usr/bin:/bin" \
        TRIPLETGPU_DEVICES="${devices:-}" TRIPLETGPU_REQUIRE="${devices:-}" \
        sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "${@:2}"
}
if [ "${1:-}" = shell ]; then on "${2:-pocl}" bash "${@:3}"; exit; fi
if [ "${1:-}" = bench ]; then
    program=bench/bin/Release/net10.0/TripletGpu.Bench.dll
    [ -e $program ] || { echo "debian13.sh: first: dotnet build bench -c Release" >&2; exit 2; }
    on pocl dotnet $program "${@:2}"
    exit
fi

configuration=${1:-Release}
failed=0
# tests DEVICE DRIVER PROJECT FILTER: a line with the counts, and what failed.
tests() {
    local devices=$1 driver=$2 assembly=tests/$3/bin/$configuration/net10.0/TripletGpu.$3.dll
    echo "$devices on Debian 13's $driver:"
    on "$driver" dotnet test "$assembly" --nologo --logger "console;verbosity=minimal" --filter "$4" || failed=1
}
# train: thirty steps of mnist-small, if the digits are there. The first losses are the CPU's.
train() {
    local digits=${TRIPLETGPU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tripletgpu}/mnist device losses expected=
    [ -d "$digits" ] || { echo "debian13.sh: SKIPPED: mnist-small: no digits in $digits"; return; }
    mkdir -p "$work/pocl/cache" && cp -r "$digits" "$work/pocl/cache"
    for device in cpu opencl:0 opencl:0+ilgpu; do
        on pocl dotnet "src/Runner/bin/$configuration/net10.0/triplet.dll" train mnist-small --device $device \
            --set train.steps=30 --set data.limit=2000 --set evaluate.everyEpochs=0 \
            --out "$work/run-$device" >"$work/out" 2>&1 ||
            { failed=1; echo "mnist-small on $device:"; tail -n 20 "$work/out"; continue; }
        losses=$(sed -n '1,3s/.*"loss":\([^,}]*\).*/\1/p' "$work/run-$device/metrics.jsonl" | xargs)
        echo "mnist-small on $device, losses 1 to 3: $losses"
        expected=${expected:-$losses}
        awk -v a="$expected" -v b="$losses" 'BEGIN {
            n = split(a, x); if (split(b, y) != n || n != 3) exit 1
            for (i = 1; i <= n; i++) if ((x[i] - y[i]) ^ 2 > (1e-4 * x[i]) ^ 2) exit 1 }' ||
            { failed=1; echo "debian13.sh: mnist-small on $device: not the losses of the CPU: $expected"; }
    done
}

operations='FullyQualifiedName~.OpTests|FullyQualifiedName~TripletGolden|FullyQualifiedName~TripletMining'
operations+='|FullyQualifiedName~NearestNeighbours|FullyQualifiedName~OpenClDevice_Is'
for device in ilgpu-opencl opencl; do
    tests $device pocl Engine.Tests "$operations"
    tests $device pocl Kernels.Tests "FullyQualifiedName~KernelSuiteTests"
done
train
tests opencl rusticl Engine.Tests "$operations"
tests opencl rusticl Kernels.Tests "FullyQualifiedName~KernelSuiteTests"
exit $failed
