#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): on the CPU accelerator each GetDynamic is memory of its own, on a device they are one.
#
# Expected:  SharedMemory.GetDynamic<T>() is a view of the group's dynamic shared memory: called twice, or in a helper,
#            it gives the same memory, and of 32 bytes 8 int, 4 long or 32 bytes.
# Happens:   so it is in PTX. On the CPU accelerator a second call, of the same type even, does not see what was written
#            through the first one, but what happened to be there; and the length is the number of elements that were
#            asked for, 8, whatever the type.
# Matters:   the debugging accelerator fails where the device is right: helpers that fetch the memory themselves, and
#            buffers reused as another type, give rubbish there. Call it once and hand the view on.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

using var context = Context.Create(builder => builder.CPU());
using Accelerator accelerator = context.CreateCPUAccelerator(0);
using MemoryBuffer1D<int, Stride1D.Dense> answers = accelerator.Allocate1D(new int[3]);
accelerator.LoadStreamKernel<ArrayView<int>>(Kernels.Twice)(
    new KernelConfig(1, 1, SharedMemoryConfig.RequestDynamic<int>(8)), answers.View);
accelerator.Synchronize();
int[] cpu = answers.GetAsArray1D();
Console.WriteLine($"CPU accelerator: 12345 seen {cpu[0] == 12345}, int {cpu[1]}, long {cpu[2]}");

using PTXBackend backend = new(context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80,
    new CudaInstructionSet(7, 8), null);
string ptx = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(
    typeof(Kernels).GetMethod("Twice")!), KernelSpecialization.Empty)).PTXAssembly;
Console.WriteLine($"PTX: {Regex.Count(ptx, @"\.extern \.shared")} memory, "
    + $"{Regex.Count(ptx, "mov[^;]*__dyn_shared")} views");
Console.WriteLine($"PTX lengths: bytes over {string.Join(", ", Regex.Matches(ptx, @"div\.u32[^;]*, ([0-9]+);")
    .Select(match => match.Groups[1].Value).Distinct())}");

public static class Kernels
{
    public static void Twice(ArrayView<int> answers)
    {
        ArrayView<int> first = SharedMemory.GetDynamic<int>();
        first[0] = 12345;
        ILGPU.Group.Barrier();
        ArrayView<int> second = SharedMemory.GetDynamic<int>();
        answers[0] = second[0];
        answers[1] = second.IntLength;
        answers[2] = SharedMemory.GetDynamic<long>().IntLength;
    }
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
CPU accelerator: 12345 seen False, int 8, long 8
PTX: 1 memory, 3 views
PTX lengths: bytes over 4, 8
STATED
