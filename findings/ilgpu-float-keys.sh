#!/usr/bin/env bash
# ILGPU 1.5.3 and ILGPU.Algorithms 1.5.3 (NuGet), CPU accelerator: the radix sort of floats is none, and Half cuts.
#
# Expected:  AscendingFloat sorts floats: negative ones first. (Half)1.0009f is rounded to the nearest half precision
#            number, as System.Half's conversion is.
# Happens:   negative numbers come first but in reverse, -0.25 before -1 before -2, and it ends without an error.
#            AscendingInt32 is right. ILGPU.Half drops the bits that do not fit: 1.0009 is 1, System.Half says
#            1.0009766.
# Matters:   nearest neighbours by sorted distances look right (distances are not negative), by sorted similarities
#            they do not; weights stored as ILGPU.Half are all a little too small in magnitude, half a unit in the
#            last place on average.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Globalization;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.RadixSortOperations;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
using Accelerator accelerator = context.CreateCPUAccelerator(0);
Console.WriteLine("floats: " + Sorted<float, AscendingFloat>([1, -2, 3, -1, 0.5f, -0.25f]));
Console.WriteLine("ints: " + Sorted<int, AscendingInt32>([1, -2, 3, -1, 0, -4]));
foreach (float value in (float[])[1.0009f, -1.0009f, 0.3f, 1000.4f])
    Console.WriteLine($"{value}: ILGPU.Half {(float)(ILGPU.Half)value}, System.Half {(float)(System.Half)value}");

string Sorted<T, TOperation>(T[] values) where T : unmanaged where TOperation : struct, IRadixSortOperation<T>
{
    using MemoryBuffer1D<T, Stride1D.Dense> keys = accelerator.Allocate1D(values);
    using MemoryBuffer1D<int, Stride1D.Dense> space = accelerator.Allocate1D<int>(
        accelerator.ComputeRadixSortTempStorageSize<T, TOperation>(values.Length));
    accelerator.CreateRadixSort<T, Stride1D.Dense, TOperation>()(accelerator.DefaultStream, keys.View,
        space.View.AsContiguous());
    accelerator.Synchronize();
    return string.Join(" ", keys.GetAsArray1D());
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
floats: -0.25 -1 -2 0.5 1 3
ints: -4 -2 -1 0 1 3
1.0009: ILGPU.Half 1, System.Half 1.0009766
-1.0009: ILGPU.Half -1, System.Half -1.0009766
0.3: ILGPU.Half 0.2998047, System.Half 0.30004883
1000.4: ILGPU.Half 1000, System.Half 1000.5
STATED
