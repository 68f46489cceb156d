using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>Elementwise kernels: counts around a group's size, special values, broadcast operands.</summary>
public static class ElementwiseKernelCases
{
    // a (2, 3, 70) and b (3, 1), as six axes: what the result's axes are and how far apart an operand's elements lie.
    static readonly BroadcastDims FullAndRow = new(1, 1, 2, 3, 70, 0, 0, 0, 210, 70, 1, 0, 0, 0, 0, 1, 0);
    static readonly BroadcastDims RowAndFull = new(1, 1, 2, 3, 70, 0, 0, 0, 0, 1, 0, 0, 0, 0, 210, 70, 1);

    // What one element of (3, 1) takes part in.
    static readonly BroadcastBox OfRow = new(1, 1, 1, 3, 1, 1, 1, 1, 2, 1, 70);

    public static IEnumerable<KernelCase> Cases =>
    [
        Of("Map", 131, Special(131), Out(131)),
        Of("Map", 1, In(1), Out(1)),
        Of("MapBackward", 131, Special(131), Special(131), In(131), Out(131), 0),
        Of("MapBackward", 7, In(7), In(7), In(7), In(7), 1),
        Of("Zip", 131, Special(131), In(131), Out(131)),
        Of("ZipBackwardA", 131, Special(131), In(131), In(131), In(131), Out(131), 0),
        Of("ZipBackwardA", 7, In(7), In(7), In(7), In(7), In(7), 1),
        Of("ZipBackwardB", 131, Special(131), In(131), In(131), In(131), In(131), 1),
        Of("ZipBackwardB", 7, In(7), In(7), In(7), In(7), Out(7), 0),
        Of("ZipBroadcast", 420, In(420), In(3), Out(420), FullAndRow),
        Of("ZipBroadcast", 420, In(3), In(420), Out(420), RowAndFull),
        Of("MapWithScalar", 131, Special(131), Out(131), 0.7f),
        Of("MapWithScalarBackward", 131, Special(131), In(131), In(131), Out(131), 0.7f, 0),
        Of("MapWithScalarBackward", 7, In(7), In(7), In(7), In(7), -1.3f, 1),
        Of("Affine", 129, In(129), Out(129), 2f, -1f, 0),
        InPlace(x => Of("Affine", 5, x, x, 2f, 1f, 1)),
        Of("Fill", 130, Out(130), 3f),
        Of("Copy", 127, Special(127), Out(127)),
        new("BroadcastBackwardKernels.GatherA", 3, In(3), In(420), In(420), In(420), Out(3), RowAndFull, OfRow, 0),
        new("BroadcastBackwardKernels.GatherB", 3, In(420), In(3), In(420), In(420), In(3), FullAndRow, OfRow, 1),
        new("BroadcastBackwardKernels.SumByItemA", 3, In(3), In(420), In(420), In(420), In(3), RowAndFull, OfRow, 1),
        new("BroadcastBackwardKernels.SumByItemB", 3, In(420), In(3), In(420), In(420), Out(3), FullAndRow, OfRow, 0),
        new("DropoutKernels.Apply", 131, In(131), Out(131), Mask, 0),
        InPlace(x => new("DropoutKernels.Apply", 200, x, x, Mask, 1)),
    ];

    static DropoutDims Mask => new(1, 2, 3, 4, 5, uint.MaxValue / 3, 1.5f);

    static KernelCase Of(string kernel, LaunchSize size, params object[] arguments) =>
        new($"ElementwiseKernels.{kernel}", size, arguments) { Tolerance = Tolerance.Transcendental };

    static KernelCase InPlace(Func<KernelMemory, KernelCase> make) => make(In(200));
}
