namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>What follows a product: + bias of each channel + a map, then it is clipped.</summary>
readonly unsafe struct Epilogue(float* bias, float* addend, ClipRange clip)
{
    /// <summary>The bias of the first channel, or null.</summary>
    public readonly float* Bias = bias;

    /// <summary>A map of y's shape at the first channel, or null.</summary>
    public readonly float* Addend = addend;

    public readonly ClipRange Clip = clip;

    /// <summary>Whether y is the product itself.</summary>
    public bool IsNothing => Bias == null && Addend == null && Clip.IsNone;

    /// <summary>The same, from a later channel on.</summary>
    public Epilogue From(int channel, nint plane) =>
        new(Bias == null ? null : Bias + channel, Addend == null ? null : Addend + channel * plane, Clip);
}
