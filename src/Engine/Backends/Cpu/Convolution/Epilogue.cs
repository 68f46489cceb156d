namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>What follows a product: + bias of each channel + a map, then max(floor, y).</summary>
readonly unsafe struct Epilogue(float* bias, float* addend, bool relu)
{
    /// <summary>The bias of the first channel, or null.</summary>
    public readonly float* Bias = bias;

    /// <summary>A map of y's shape at the first channel, or null.</summary>
    public readonly float* Addend = addend;

    public readonly float Floor = relu ? 0 : float.NegativeInfinity;

    readonly bool relu = relu;

    /// <summary>Whether y is the product itself.</summary>
    public bool IsNothing => Bias == null && Addend == null && !relu;

    /// <summary>The same, from a later channel on.</summary>
    public Epilogue From(int channel, nint plane) =>
        new(Bias == null ? null : Bias + channel, Addend == null ? null : Addend + channel * plane, relu);
}
