# Sourced by the scripts of this folder: a temporary folder, public packages in it, and the closing line.
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 PYTHONDONTWRITEBYTECODE=1

# cannot REASON: nothing was compared; a missing package is no change of behaviour.
cannot() {
    echo "cannot run: $1"
    exit 2
}

# debian PACKAGE=VERSION...: makes these Debian 12 packages usable: those that are installed in this version as they
# are, the others, and what they need and this machine lacks, unpacked into $root without installing anything. $root is
# empty if there was nothing to unpack. Another version, or no such package, is "cannot run".
debian() {
    local package list missing=() lib
    command -v apt-get >/dev/null || cannot "no apt-get here"
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${Version}' "${package%%=*}" 2>/dev/null)" = "${package#*=}" ] || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        root=
    else
        mkdir -p "$root" "$work/debs"
        list=$(apt-get -s -o Debug::NoLocking=1 --no-install-recommends install "${missing[@]}" 2>"$work/apt.err") ||
            cannot "$(tail -n 1 "$work/apt.err") (apt-get update?)"
        # "Inst NAME [installed version] (version ...)"
        { awk '/^Inst/ { v = $3 ~ /^\(/ ? $3 : $4; sub(/^\(/, "", v); print $2 "=" v }' <<<"$list"
            printf '%s\n' "${missing[@]}"; } | sort -u >"$work/packages"
        (cd "$work/debs" && xargs apt-get download <"$work/packages") >/dev/null 2>"$work/apt.err" ||
            cannot "$(tail -n 1 "$work/apt.err")"
        for package in "$work"/debs/*.deb; do dpkg -x "$package" "$root" || cannot "$package does not unpack"; done
        rm -rf "$work/debs"
    fi
    lib=$root/usr/lib/x86_64-linux-gnu
    export PYTHONPATH=$root/usr/lib/python3/dist-packages
    export LD_LIBRARY_PATH=$lib:$root/usr/lib:$root/lib/x86_64-linux-gnu:$lib/openblas-pthread:$lib/blas:$lib/lapack
}

# csharp PACKAGE/VERSION... <PROGRAM: builds and runs a C# program with these NuGet packages; its output is the answer.
# CSHARP_OPTIONS: further properties of the project. CSHARP_RUN: the dotnet that runs it.
csharp() {
    local package references=
    command -v dotnet >/dev/null || cannot "no dotnet here"
    mkdir -p "$work/program"
    for package in "$@"; do
        references+="<PackageReference Include=\"${package%/*}\" Version=\"[${package#*/}]\" />"
    done
    cat >"$work/program/Program.cs"
    cat >"$work/program/program.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks><InvariantGlobalization>true</InvariantGlobalization>
    <NoWarn>\$(NoWarn);CS8981</NoWarn>${CSHARP_OPTIONS:-}
  </PropertyGroup>
  <ItemGroup>$references</ItemGroup>
</Project>
PROJECT
    dotnet build "$work/program" -c Release -v quiet -clp:ErrorsOnly -nologo -o "$work/built" >"$work/build.log" 2>&1 ||
        cannot "$(grep -m 1 -E 'error|warn' "$work/build.log")"
    "${CSHARP_RUN:-dotnet}" "$work/built/program.dll"
}

# packages NAME@VERSION...: makes these npm packages usable.
packages() {
    command -v npm >/dev/null || cannot "no npm here"
    (cd "$work" && npm install --no-audit --no-fund --loglevel=error "$@" >"$work/npm.log" 2>&1) ||
        cannot "$(tail -n 1 "$work/npm.log")"
}

# javascript <PROGRAM: runs a program that uses them; its output is the answer.
javascript() {
    cat >"$work/program.js"
    (cd "$work" && node program.js 2>"$work/err") || cannot "$(tail -n 1 "$work/err")"
}

# compare OUTPUT <STATED: "as stated", or what differs and exit code 1.
compare() {
    printf '%s\n' "$1" >"$work/output"
    cat >"$work/stated"
    if diff "$work/stated" "$work/output" >"$work/difference"; then
        echo "as stated"
    else
        echo "changed (< stated, > now):"
        cat "$work/difference"
        exit 1
    fi
}

# elsewhere SUITE SECTION PACKAGE[=VERSION]...: unpacks Debian packages that apt is not set to into $root.
elsewhere() {
    local apt=$work/apt site options
    command -v apt-get >/dev/null || cannot "no apt-get here"
    site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | grep -m 1 ' bookworm$') ||
        cannot "not Debian 12"
    mkdir -p "$root" "$apt"/{lists,cache,debs}
    echo "deb ${site% *} $1 $2" >"$apt/sources.list"
    options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Debug::NoLocking=1)
    { apt-get "${options[@]}" update && cd "$apt/debs" && apt-get "${options[@]}" download "${@:3}"; } >/dev/null \
        2>"$work/apt.err" || cannot "$(tail -n 1 "$work/apt.err")"
    cd - >/dev/null
    for package in "$apt"/debs/*.deb; do dpkg -x "$package" "$root" || cannot "$package does not unpack"; done
    rm -rf "$apt"
}

# cuda: CUDA 11.8's NVRTC, ptxas and nvdisasm of Debian 12's non-free section; no driver and no GPU are needed.
cuda() {
    elsewhere bookworm non-free {nvidia-cuda-toolkit,libnvrtc11.2,libnvrtc-builtins11.8}=11.8.89~11.8.0-5~deb12u1
    export PATH=$root/usr/bin:$PATH LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
}

# ptx OPTION... <CUDA_C: what NVRTC makes of it for sm_80.
ptx() { /usr/bin/python3 nvrtc.py libnvrtc.so.11.2 --gpu-architecture=compute_80 "$@" || cannot "NVRTC refuses"; }

# sass OPTION... <PTX: the machine instructions that ptxas makes of it for sm_80, one a line.
sass() {
    cat >"$work/kernel.ptx"
    ptxas -arch=sm_80 "$@" "$work/kernel.ptx" -o "$work/kernel.cubin" >&2 || cannot "ptxas refuses"
    nvdisasm -c "$work/kernel.cubin" | sed -nE 's/^ *\/\*[0-9a-f]+\*\/ +(.*[^ ]) *;.*/\1/p'
}

# arithmetic: the names of those floating point instructions (PTX or machine), on one line.
arithmetic() {
    sed -E 's/^[[:space:]]*(@!?%?p[0-9]+ +)?//; s/[[:space:];].*//' |
        grep -E '^((mul|add|sub|fma|max|lg2|ex2|sqrt|setp)\.[a-z.]*f(32|16)|FMUL|FADD|FFMA|FMNMX|MUFU|FSETP)' |
        paste -sd ' '
}

# opencl FOLDER_NAME LIBRARY PACKAGE=VERSION...: lets OpenCL programs see this one platform. Its packages must be
# installed: PoCL and Mesa look for their kernel libraries where they were built for. pyopencl is fetched.
opencl() {
    local package
    for package in "${@:2}"; do
        [ "$(dpkg-query -W -f '${Version}' "${package%=*}" 2>/dev/null)" = "${package#*=}" ] ||
            cannot "$package is not installed"
    done
    [ -d "$work/pocl" ] || debian python3-pyopencl=2022.3.1-2.1
    mkdir -p "$work/vendors" "$work/pocl"
    echo "$1" >"$work/vendors/platform.icd"
    export OCL_ICD_VENDORS=$work/vendors POCL_CACHE_DIR=$work/pocl RUSTICL_ENABLE=llvmpipe PYTHONWARNINGS=ignore
    export PYTHONPATH=$root/usr/lib/python3/dist-packages:$PWD PYOPENCL_NO_CACHE=1
    unset LD_LIBRARY_PATH
}
pocl() { opencl libpocl.so.2.10.0 pocl-opencl-icd=3.1-3+deb12u1; }
rusticl() { opencl libRusticlOpenCL.so.1 mesa-opencl-icd=22.3.6-1+deb12u2; }
oclgrind() { opencl /usr/lib/oclgrind/liboclgrind-rt-icd.so oclgrind=21.10-3; }

# each NAME...: what the script's function platform says on each of these platforms, in $output.
each() {
    local name
    output=
    for name in "$@"; do
        "${name,,}"
        output+=${output:+$'\n'}$(platform "$name" 2>"$work/err") || cannot "$(tail -n 1 "$work/err")"
    done
}

# ilgpu <PROGRAM: as csharp, with ILGPU 1.5.3, its algorithms, and Text.Ptx and Text.OpenCl, which give what ILGPU makes
# of a kernel without a device.
ilgpu() {
    mkdir -p "$work/program"
    cat >"$work/program/Text.cs" <<'PROGRAM'
using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

static class Text
{
    public static string Ptx(Context context, MethodInfo kernel)
    {
        using var backend = new PTXBackend(context, new CudaCapabilityContext(CudaArchitecture.SM_80),
            CudaArchitecture.SM_80, new CudaInstructionSet(7, 8), null);
        return Body(((PTXCompiledKernel)Compile(backend, kernel)).PTXAssembly, ".visible .entry");
    }

    public static string OpenCl(Context context, MethodInfo kernel)
    {
        var capabilities = (CLCapabilityContext)Activator.CreateInstance(typeof(CLCapabilityContext),
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null,
            [true, true, true, true, true], null)!;
        using var backend = new CLBackend(context, capabilities, CLDeviceVendor.Other, CLCVersion.CL20);
        return Body(((CLCompiledKernel)Compile(backend, kernel)).Source, "kernel void");
    }

    static CompiledKernel Compile(Backend backend, MethodInfo kernel) => backend.Compile(
        EntryPointDescription.FromImplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);

    static string Body(string text, string first) => string.Join(" ", text.Split('\n')
        .SkipWhile(line => !line.StartsWith(first))
        .SelectMany(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
}
PROGRAM
    csharp ILGPU/1.5.3 ILGPU.Algorithms/1.5.3
}

# torchsharp <PROGRAM: as csharp, with TorchSharp 0.107.0, its torchvision and LibTorch 2.10.0 for CPUs, and Text, which
# writes tensors as numbers. LibTorch needs the C++ library of Debian 13; with an older one dotnet is run by that one's
# loader.
torchsharp() {
    local sdk lib
    if ! grep -qs GLIBCXX_3.4.32 /usr/lib/x86_64-linux-gnu/libstdc++.so.6; then
        command -v dotnet >/dev/null || cannot "no dotnet here"
        elsewhere bookworm main patchelf
        elsewhere trixie main libc6 libstdc++6 libgcc-s1
        sdk=$(dirname "$(readlink -f "$(command -v dotnet)")") lib=$root/usr/lib/x86_64-linux-gnu
        mkdir -p "$work/dotnet" && cp "$sdk/dotnet" "$work/dotnet" && ln -s "$sdk"/{host,shared} "$work/dotnet"
        "$root/usr/bin/patchelf" --set-interpreter "$lib/ld-linux-x86-64.so.2" --set-rpath "$lib" \
            "$work/dotnet/dotnet" || cannot "patchelf"
        CSHARP_RUN=$work/newer
        printf '%s\n' '#!/bin/sh' "LD_LIBRARY_PATH=$lib exec $work/dotnet/dotnet \"\$@\"" >"$CSHARP_RUN"
        chmod +x "$CSHARP_RUN"
    fi
    mkdir -p "$work/program"
    cat >"$work/program/Text.cs" <<'PROGRAM'
using System.Globalization;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

static class Text
{
    [ModuleInitializer]
    public static void Start()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        set_num_threads(1);
    }

    public static string Of(Tensor tensor) => string.Join(" ", tensor.detach().to_type(ScalarType.Float32)
        .flatten().data<float>().ToArray().Select(value => $"{value:0.####}"));
}
PROGRAM
    csharp TorchSharp/0.107.0 TorchVision/0.107.0 libtorch-cpu-linux-x64/2.10.0
}

# mpi RANKS <PROGRAM_IN_C: what it prints as that many ranks of Open MPI 4.1.4 and of MPICH 4.0.2, each line with
# openmpi: or mpich: before it. Each implementation, and what it needs, is in a folder of its own.
mpi() {
    command -v gcc >/dev/null || cannot "no gcc here"
    cat >"$work/program.c"
    for implementation in openmpi mpich; do
        (mpi_$implementation "$1" 2>"$work/err" | sed "s/^/$implementation: /")
        grep -q . "$work/program.$implementation" 2>/dev/null || cannot "$implementation: $(tail -n 1 "$work/err")"
    done
}
mpi_openmpi() {
    local program=$work/program.openmpi
    root=$work/openmpi
    debian openmpi-bin=4.1.4-3+b1 libopenmpi-dev=4.1.4-3+b1
    local lib=$root/usr/lib/x86_64-linux-gnu
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PATH=$root/usr/bin:$PATH
    # Unpacked, and not installed, it is told where it is.
    if [ -e "$root/usr/bin/mpirun.openmpi" ]; then
        export OMPI_MCA_mca_base_component_path=$lib/openmpi/lib/openmpi3 OMPI_MCA_mca_base_component_show_load_errors=0
        export OPAL_DATADIR=$root/usr/share OPAL_PKGDATADIR=$root/usr/share/openmpi OPAL_SYSCONFDIR=$root/etc/openmpi
        export OPAL_PREFIX=$root/usr OPAL_LIBDIR=$lib LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$lib/openmpi/lib
    fi
    # The library by its own name: where it is installed and its headers are not, what leads to it leads nowhere.
    gcc "$work/program.c" -o "$program" -I"$lib/openmpi/include" -L"$lib" -L"$lib/openmpi/lib" \
        -Wl,--allow-shlib-undefined -l:libmpi.so.40 && mpirun.openmpi --oversubscribe -np "$1" "$program" </dev/null
}
mpi_mpich() {
    local program=$work/program.mpich
    root=$work/mpich
    debian mpich=4.0.2-3+b1 libmpich-dev=4.0.2-3+b1
    gcc "$work/program.c" -o "$program" -I"$root/usr/include/x86_64-linux-gnu/mpich" \
        -L"$root/usr/lib/x86_64-linux-gnu" -Wl,--allow-shlib-undefined -l:libmpich.so.12 &&
        PATH=$root/usr/bin:$PATH mpiexec.hydra -np "$1" "$program" </dev/null
}
