namespace TripletGpu.Kernels.Functions;

/// <summary>
/// What the derivative of a function reads besides the gradient of its output; the rest may be released.
/// </summary>
[Flags]
public enum Reads
{
    /// <summary>The gradient of the output alone.</summary>
    Nothing = 0,

    /// <summary>The inputs.</summary>
    Inputs = 1,

    /// <summary>The output.</summary>
    Output = 2,
}
