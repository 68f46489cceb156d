using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>The parts' sums, added in their order.</summary>
sealed unsafe partial class PooledBackward<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SumWeights(int from, int to)
    {
        if (!isFew) AddParts(from * d.R * lineFloats, to * d.R * lineFloats);
        float* dw = o.Dw.Target!.Floats() + (nint)from * d.Taps;
        for (int k = from; k < to; k++)
            for (int c = 0; c < d.C; c++)
                for (int r = 0; r < d.R; r++)
                    for (int s = 0; s < d.S; s++)
                    {
                        nint at = (k * d.R + r) * lineFloats + c / width * rowFloats + s * width + c % width;
                        Put(partials[isFew ? FewAt(k, c, r, s) : at], dw++, o.Dw.Accumulate);
                    }
    }

    nint FewAt(int k, int c, int r, int s)
    {
        const int block = FewChannelsWeight<V>.Block;
        nint number = ((nint)c * Blocks(d.R) + r / block) * Blocks(d.S) + s / block;
        return (number * TapsOfBlock + r % block * block + s % block) * d.PaddedK + k;
    }

    void SumBias()
    {
        AddParts(weightFloats, partialFloats);
        for (int k = 0; k < d.K; k++) Put(partials[weightFloats + k], o.Db.Target!.Floats() + k, o.Db.Accumulate);
    }

    /// <summary>Adds the other parts to the first, in their order; from .. to are whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddParts(nint from, nint to)
    {
        for (nint i = from; i < to; i += V.Count)
        {
            V sum = default;
            float* at = partials + i;
            for (int part = 0; part < parts; part++, at += partialFloats) sum += V.Load(at);
            V.Store(sum, partials + i);
        }
    }

    static void Put(float value, float* to, bool accumulate) => *to = accumulate ? *to + value : value;
}
