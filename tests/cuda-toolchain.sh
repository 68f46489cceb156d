#!/usr/bin/env bash
# Compiles the kernels as an NVIDIA card would have them, without a card: by the real NVRTC 11.8 and 12.4 and by ILGPU,
# all through NVIDIA's assembler of the same version, and looks at the machine code.
#   tests/cuda-toolchain.sh [CONFIGURATION]       default: Release
# The packages (twice 100 MB) are Debian 12's and Debian 13's, from their non-free components; they are unpacked into a
# cache folder and not installed. Where they cannot be had the tests are skipped, with the reason;
# TRIPLETGPU_REQUIRE=cuda-toolchain makes that a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
caches=${TRIPLETGPU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tripletgpu}

skip() {
    case ",${TRIPLETGPU_REQUIRE:-}," in *,cuda-toolchain,*)
        echo "cuda-toolchain: required, but $1"
        exit 1 ;;
    esac
    echo "cuda-toolchain: skipped: $1"
    exit 0
}

# fetch VERSION RELEASE PACKAGE...: into a folder of the version, with lists and settings of its own, so that the
# machine's stay as they are.
fetch() {
    local cache=$caches/cuda-toolchain-$1 release=$2
    shift 2
    [ ! -e "$cache/complete" ] || return 0
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || skip "no apt here"
    [ "$(dpkg --print-architecture)" = amd64 ] || skip "the packages are for amd64"
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keys" ] || skip "no keys of Debian's archive here"
    local mirror
    mirror=$(sed -nE 's/^(URIs: *|deb +(\[[^]]*\] +)?)(https?:[^ ]*\/debian)\/?( .*)?$/\3/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
    [ -n "$mirror" ] || skip "no Debian mirror in apt's sources"
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" "$cache/debs"
    echo "deb [signed-by=$keys] $mirror $release non-free" >"$cache/apt/sources.list"
    cat >"$cache/apt/apt.conf" <<END
Dir::Etc::SourceList "$cache/apt/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$cache/apt/lists";
Dir::Cache "$cache/apt";
END
    (export APT_CONFIG=$cache/apt/apt.conf
     apt-get update -qq && cd "$cache/debs" && apt-get download -qq "$@") >"$cache/apt/log" 2>&1 ||
        skip "the packages cannot be had: $(grep -m 1 -E '^[EW]:' "$cache/apt/log" || tail -n 1 "$cache/apt/log")"
    for package in "$cache"/debs/*.deb; do
        dpkg -x "$package" "$cache/root" || skip "$package cannot be unpacked"
    done
    rm -rf "$cache/debs" "$cache/apt"
    touch "$cache/complete"
}
fetch 11.8 bookworm libnvrtc11.2 libnvrtc-builtins11.8 nvidia-cuda-toolkit
fetch 12.4 trixie libnvrtc12 libnvrtc-builtins12.4 nvidia-cuda-toolkit

# Each NVRTC finds its built-in functions by the loader.
export TRIPLETGPU_CUDA_TOOLCHAINS=$caches
for version in 11.8 12.4; do
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$caches/cuda-toolchain-$version/root/usr/lib/x86_64-linux-gnu
done
export LD_LIBRARY_PATH
export TRIPLETGPU_REQUIRE=${TRIPLETGPU_REQUIRE:+$TRIPLETGPU_REQUIRE,}nvrtc
dotnet test tests/Engine.Tests -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" \
    --filter "FullyQualifiedName~CudaToolchainTests"
