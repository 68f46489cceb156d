namespace TripletGpu.Autograd;

/// <summary>What an operation reads again in its backward pass. Everything else may be released before it.</summary>
[Flags]
public enum Saved
{
    /// <summary>Only the gradient of the output, and the extras.</summary>
    Nothing = 0,

    /// <summary>The inputs.</summary>
    Inputs = 1,

    /// <summary>The output.</summary>
    Output = 2,
}
