using TripletGpu.Kernels;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Elementwise kernels on the map behind a batch norm, where networks have their activations.</summary>
static class ElementwiseWork
{
    /// <summary>The launches for a layer's output.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not BatchNorm) yield break;
        int n = sizes.Images * layer.OutputCount;
        string at = layer.Name;
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.Map"))
            yield return new(kernel.Name, at, n, Cost(FunctionCost.Forward(Function(kernel)), 2, n), Read(n), Write(n));
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.MapBackward"))
        {
            Operands o = new(Function(kernel), n);
            yield return new(
                kernel.Name, at, n, Cost(FunctionCost.BackwardA(Function(kernel)), o.Views, n), o.A, o.Y, o.Dy, o.Dx,
                0);
        }
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.Zip"))
            yield return new(
                kernel.Name, at, n, Cost(FunctionCost.Forward(Function(kernel)), 3, n), Read(n), Read(n), Write(n));
        foreach (bool isFirst in (bool[])[true, false])
            foreach (KernelSource kernel in WorkSizes.Of($"ElementwiseKernels.ZipBackward{(isFirst ? 'A' : 'B')}"))
            {
                Operands o = new(Function(kernel), n, isBinary: true);
                int each = isFirst ? FunctionCost.BackwardA(Function(kernel)) : FunctionCost.BackwardB(Function(
                    kernel));
                yield return new(kernel.Name, at, n, Cost(each, o.Views, n), o.A, o.B, o.Y, o.Dy, o.Dx, 0);
            }
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.MapWithScalar"))
            yield return new(
                kernel.Name, at, n, Cost(FunctionCost.Forward(Function(kernel)), 2, n), Read(n), Write(n), 0.7f);
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.MapWithScalarBackward"))
        {
            Operands o = new(Function(kernel), n);
            yield return new(
                kernel.Name, at, n, Cost(FunctionCost.BackwardA(Function(kernel)), o.Views, n), o.A, o.Y, o.Dy, o.Dx,
                0.7f, 0);
        }
        yield return new("ElementwiseKernels.Affine", at, n, Cost(2, 2, n), Read(n), Write(n), 2f, 1f, 0);
        yield return new("ElementwiseKernels.Fill", at, n, Cost(0, 1, n), Write(n), 1f);
        yield return new("ElementwiseKernels.Copy", at, n, Cost(0, 2, n), Read(n), Write(n));
        yield return new(
            "DropoutKernels.Apply", at, n, Cost(1, 2, n), Read(n), Write(n),
            new DropoutDims(1, 2, 3, 4, 5, uint.MaxValue / 4, 4f / 3), 0);
        foreach (KernelWork work in Broadcast(sizes, layer)) yield return work;
    }

    /// <summary>A bias for each channel: y = f(x, bias) and the gradients of both operands.</summary>
    static IEnumerable<KernelWork> Broadcast(WorkSizes sizes, NamedLayer layer)
    {
        int images = sizes.Images, c = layer.Output[1], plane = layer.OutputCount / c, n = images * layer.OutputCount;
        string at = layer.Name;
        // The result's axes are images, channels, pixels; of the operand only channels are there.
        BroadcastDims full = new(1, 1, images, c, plane, 0, 0, 0, c * plane, plane, 1, 0, 0, 0, 0, 1, 0);
        BroadcastDims swapped = new(1, 1, images, c, plane, 0, 0, 0, 0, 1, 0, 0, 0, 0, c * plane, plane, 1);
        BroadcastBox ofChannel = new(1, 1, 1, c, 1, 1, 1, 1, images, 1, plane);
        foreach (KernelSource kernel in WorkSizes.Of("ElementwiseKernels.ZipBroadcast"))
            yield return new(
                kernel.Name, at, n,
                KernelCost.Of($"{FunctionCost.Forward(Function(kernel))} N", "4 (2 N + C)", ("N", n), ("C", c)),
                Read(n), Read(c), Write(n), full);
        foreach (string form in (string[])["Gather", "SumByItem"])
            foreach (bool isFirst in (bool[])[true, false])
                foreach (KernelSource kernel in WorkSizes.Of($"BroadcastBackwardKernels.{form}{(isFirst ? 'A' : 'B')}"))
                {
                    Type function = Function(kernel);
                    int each = 1 + (isFirst ? FunctionCost.BackwardA(function) : FunctionCost.BackwardB(function));
                    WorkMemory one = Positive(c), other = Read(n);
                    yield return new(
                        kernel.Name, at, c, KernelCost.Of($"{each} N", "4 (3 N + 2 C)", ("N", n), ("C", c)),
                        isFirst ? one : other, isFirst ? other : one, Read(n), Read(n), Write(c),
                        isFirst ? swapped : full, ofChannel, 0);
                }
    }

    static Type Function(KernelSource kernel) => KernelLauncher.StructsOf(kernel.Name)[0];

    static KernelCost Cost(int operations, int views, int n) =>
        KernelCost.Of(operations == 0 ? "0" : operations == 1 ? "N" : $"{operations} N", $"{4 * views} N", ("N", n));

    /// <summary>What a derivative reads; what it does not gets dy in its place.</summary>
    readonly struct Operands
    {
        public Operands(Type function, int n, bool isBinary = false)
        {
            Reads reads = FunctionCost.ReadsOf(function);
            Dy = Read(n);
            A = reads.HasFlag(Reads.Inputs) ? Positive(n) : Dy;
            B = isBinary && reads.HasFlag(Reads.Inputs) ? Positive(n) : Dy;
            Y = reads.HasFlag(Reads.Output) ? Positive(n) : Dy;
            Dx = Write(n);
            Views = new[] { A, B, Y, Dy, Dx }.Distinct().Count();
        }

        public WorkMemory A { get; }

        public WorkMemory B { get; }

        public WorkMemory Y { get; }

        public WorkMemory Dy { get; }

        public WorkMemory Dx { get; }

        public int Views { get; }
    }
}
