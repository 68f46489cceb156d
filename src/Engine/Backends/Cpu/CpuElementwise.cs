namespace TripletGpu.Backends.Cpu;

/// <summary>The Elementwise family on the CPU.</summary>
sealed class CpuElementwise(CpuBackend cpu) : IElementwise
{
    readonly CpuBackend cpu = cpu;

    public void Affine(Tensor x, float scale, float shift, Gradient y)
    {
        Span<float> from = x.Span(), to = y.Target!.Span();
        for (int i = 0; i < from.Length; i++) to[i] = (y.Accumulate ? to[i] : 0) + scale * from[i] + shift;
    }
}
