#!/usr/bin/env bash
# ILGPU.Algorithms 1.5.3 (NuGet), CPU accelerator: the maximum of minus infinities is -3.4028235E+38.
#
# Expected:  Reduce with MaxFloat of numbers that are all minus infinity is minus infinity, and the scan by MaxFloat
#            gives them back.
# Happens:   the identity of MaxFloat and MaxDouble is the lowest finite number, that of MinFloat the largest, and every
#            reduction and exclusive scan starts from it.
# Matters:   a row that is masked by minus infinity has a finite maximum, so x - max is minus infinity instead of NaN
#            or 0, the row's softmax divides 0 by 0 elsewhere than one looks, and a test for infinity misses it.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Globalization;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
using Accelerator accelerator = context.CreateCPUAccelerator(0);
Console.WriteLine($"MaxFloat: {Reduced<float, MaxFloat>(float.NegativeInfinity)}");
Console.WriteLine($"MinFloat: {Reduced<float, MinFloat>(float.PositiveInfinity)}");
Console.WriteLine($"MaxDouble: {Reduced<double, MaxDouble>(double.NegativeInfinity)}");
Console.WriteLine($"MaxFloat of -5: {Reduced<float, MaxFloat>(-5)}");
foreach (ScanKind kind in (ScanKind[])[ScanKind.Inclusive, ScanKind.Exclusive])
{
    using var x = accelerator.Allocate1D(Enumerable.Repeat(float.NegativeInfinity, 3).ToArray());
    using var y = accelerator.Allocate1D<float>(3);
    using var space = accelerator.Allocate1D<int>(accelerator.ComputeScanTempStorageSize<float>(3));
    accelerator.CreateScan<float, Stride1D.Dense, Stride1D.Dense, MaxFloat>(kind)(accelerator.DefaultStream, x.View,
        y.View, space.View.AsContiguous());
    accelerator.Synchronize();
    Console.WriteLine($"{kind} scan by MaxFloat: {string.Join(" ", y.GetAsArray1D())}");
}

T Reduced<T, TOperation>(T value) where T : unmanaged where TOperation : struct, IScanReduceOperation<T>
{
    using var x = accelerator.Allocate1D([value, value, value]);
    return accelerator.Reduce<T, TOperation>(accelerator.DefaultStream, x.View.AsContiguous());
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
MaxFloat: -3.4028235E+38
MinFloat: 3.4028235E+38
MaxDouble: -1.7976931348623157E+308
MaxFloat of -5: -5
Inclusive scan by MaxFloat: -3.4028235E+38 -3.4028235E+38 -3.4028235E+38
Exclusive scan by MaxFloat: -3.4028235E+38 -3.4028235E+38 -3.4028235E+38
STATED
