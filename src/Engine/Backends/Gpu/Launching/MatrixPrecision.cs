namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>How matrix products and convolutions multiply on a GPU. Sums are float32 always.</summary>
public enum MatrixPrecision
{
    /// <summary>Float32, each multiply-add rounded once: every device's.</summary>
    Float32,

    /// <summary>
    /// TF32 on tensor cores: operands rounded to 10 bits of fraction, so products are within 1e-3 of their terms.
    /// NVIDIA cards from compute capability 8.0 on; other devices compute the same slowly, for tests.
    /// </summary>
    Tf32,

    /// <summary>
    /// bfloat16 on tensor cores: operands rounded to 7 bits of fraction, so products are within 1e-2 of their terms;
    /// its exponents are float32's, so that nothing overflows or vanishes that float32 holds. Else as
    /// <see cref="Tf32"/>.
    /// </summary>
    Bfloat16,
}
