#!/usr/bin/env bash
# Runs CUDA C and the CUDA driver without a card: stand-ins for NVIDIA's libraries (tests/Support/CudaOnCpu) compile the
# kernels' text for this CPU and check what a card would not say. Every kernel, all of the engine's tests that run on a
# device, training with the CPU's bits, and the program itself in each precision.
#   tests/cuda-on-cpu.sh [CONFIGURATION]       default: Release
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
if ! command -v g++ >/dev/null && ! command -v c++ >/dev/null && ! command -v clang++ >/dev/null; then
    # A skip on a user's machine; a failure where TRIPLETGPU_REQUIRE names it.
    echo "$0: SKIPPED: no C++ compiler is installed"
    case ",${TRIPLETGPU_REQUIRE:-}," in *,cuda-on-cpu,*) exit 1 ;; *) exit 0 ;; esac
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TRIPLETGPU_CACHE=$work/cache TRIPLETGPU_REQUIRE=cuda-on-cpu TRIPLETGPU_DEVICES=cuda-on-cpu
echo "On cuda-on-cpu:"
failed=0
run() {
    dotnet test "tests/$1" -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" --filter "$2" ||
        failed=1
}

# First, since it compiles all kernels, one a core at a time: the others find them in the cache.
run Kernels.Tests "FullyQualifiedName~KernelSuiteTests"
# In two parts: of a filter that 2,000 tests pass, dotnet test runs all.
run Engine.Tests "FullyQualifiedName~OpTests"
run Engine.Tests "(FullyQualifiedName~cuda-on-cpu|FullyQualifiedName~CudaOnCpu)&FullyQualifiedName!~OpTests"
run Models.Tests "FullyQualifiedName~cuda-on-cpu"
# As few multiprocessors as PoCL's CPU has cores: no sum is split to fill them.
CUDA_ON_CPU_MULTIPROCESSORS=2 run Models.Tests "FullyQualifiedName~SameBitsTests"
run Runner.Tests "FullyQualifiedName~CudaOnCpuTests"
exit $failed
