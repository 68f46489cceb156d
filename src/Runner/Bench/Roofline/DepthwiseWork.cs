using TripletGpu.Kernels.Convolution;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Convolutions with a filter for each channel, of the maps of a convolution layer.</summary>
static class DepthwiseWork
{
    /// <summary>The launches for a filter a channel of the layer's taps.</summary>
    public static IEnumerable<KernelWork> Of(string at, ConvolutionShape layer)
    {
        ConvolutionShape d = layer with { K = layer.C };
        int from = d.N * d.C * d.H * d.W, to = d.N * d.C * d.Pixels, weights = d.C * d.R * d.S;
        (string, long)[] letters =
            [("N", d.N), ("C", d.C), ("H", d.H), ("W", d.W), ("R", d.R), ("S", d.S), ("P", d.P), ("Q", d.Q)];
        KernelCost cost = KernelCost.Of("2 N C P Q R S", "4 C (N H W + R S + N P Q)", letters);
        WorkMemory output = Write(to);
        yield return new(
            "DepthwiseKernels.Forward", at, to, cost, Read(from), Read(weights), output, output, d, 0, 0f, 6f);
        yield return new(
            "DepthwiseKernels.BackwardInput", at, from, cost, Read(to), Read(weights), Write(from), d, 0);
        yield return new(
            "DepthwiseKernels.BackwardWeight", at, weights, cost, Read(from), Read(to), Write(weights), d, 0);
    }
}
