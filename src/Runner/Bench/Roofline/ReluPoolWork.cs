using TripletGpu.Kernels.Convolution;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>ReLU and 2 x 2 max pooling behind a convolution, and the gradients of all three.</summary>
static class ReluPoolWork
{
    const int Parts = 2, Slack = 32;

    /// <summary>The launches for a convolution whose map has windows of 2 x 2.</summary>
    public static IEnumerable<KernelWork> Of(string at, ConvolutionShape c)
    {
        // The gradients' kernels are for strides of 1 and windows that are all inside.
        if (c.StrideH != 1 || c.StrideW != 1 || c.P < 2 || c.Q < 2 || c.N * c.K * (c.P / 2) * (
            c.Q / 2) % 8 != 0) yield break;
        int p = c.P / 2, q = c.Q / 2, windows = c.N * c.K * p * q, map = c.N * c.K * c.P * c.Q;
        (string, long)[] pooled = [("N", c.N), ("K", c.K), ("P", p), ("Q", q), ("H", c.P), ("W", c.Q)];
        // Of a window four values are compared, shifted, and cut; its place is a byte.
        yield return new(
            "ReluPoolKernels.Forward", at, c.N * c.K * p,
            KernelCost.Of("6 N K P Q", "4 N K H W + 4 K + 5 N K P Q", pooled), Read(map), Read(c.K), Write(windows),
            Write<int>(windows / 4), new ReluPoolDims(c.K, c.P, c.Q, p, q));

        ReluPoolGradientDims d = new(
            c.N, c.C, c.H, c.W, c.K, c.R, c.S, p, q, c.Top, c.Left, c.P + c.R - 1, c.Q + c.S - 1);
        int pixels = d.Images * d.PaddedH * d.PaddedW, x = d.Images * d.C * d.H * d.W, weights = d.K * c.Taps;
        (string, long)[] letters =
        [
            ("N", d.Images), ("C", d.C), ("H", d.H), ("W", d.W), ("K", d.K), ("R", d.R), ("S", d.S), ("P", p), ("Q", q),
            ("U", d.PaddedH), ("V", d.PaddedW), ("Z", Slack),
        ];
        // Half of the windows are cut, the others take their pixels in turn.
        int[] places = [.. Enumerable.Range(0, windows / 4).Select(i => i % 2 == 0 ? 0x04040404 : 0x00010203)];
        yield return new(
            "ReluPoolGradientKernels.ChannelsLast", at, pixels + d.K * d.R * d.S,
            KernelCost.Of("0", "4 N C (H W + U V) + 8 K C R S", letters), Read(x), Write(pixels * d.C), Read(weights),
            Write(weights), d, pixels);
        yield return Filters<GroupLanes>();
        yield return Filters<CpuLanes>();
        KernelCost input = KernelCost.Of("N K P Q C R S", "4 K C R S + 5 N K P Q + 4 N C H W", letters);
        yield return new(
            "ReluPoolGradientKernels.InputLines", at, ReluPoolGradientKernels.LineGroups(d), input, Read(weights),
            Holding(places), Read(windows), Write(x), d, 0);
        yield return new(
            "ReluPoolGradientKernels.InputPixels", at, x, input, Read(weights), Holding(places), Read(windows),
            Write(x), d, 0);

        KernelWork Filters<TLanes>() where TLanes : struct, ILanes
        {
            (int groups, int taken) = ReluPoolGradientKernels.FilterGroups<TLanes>(d, weights: true, biases: true);
            return new(
                $"ReluPoolGradientKernels.Filters<{typeof(TLanes).Name}>", at, groups,
                KernelCost.Of(
                    "N K P Q C R S + N K P Q", "4 (N U V C + Z) + 5 N K P Q + 4 K C R S + 4 K", letters),
                Read(pixels * d.C + Slack), Holding(places), Read(windows), Write(weights), Write(d.K), d,
                new ReluPoolSums(Parts, taken, d.K, 0, 0));
        }
    }
}
