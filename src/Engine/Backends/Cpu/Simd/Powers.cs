namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// a^b lane by lane through the runtime: its cases (negative bases, infinities) cost a vector form more than they gain.
/// </summary>
static unsafe class Powers<V> where V : struct, ICpuVector<V>
{
    public static V Of(V a, V b)
    {
        float* bases = stackalloc float[V.Count], exponents = stackalloc float[V.Count];
        V.Store(a, bases);
        V.Store(b, exponents);
        for (int lane = 0; lane < V.Count; lane++) bases[lane] = MathF.Pow(bases[lane], exponents[lane]);
        return V.Load(bases);
    }
}
