namespace TripletGpu.Backends;

/// <summary>
/// Where the gradient of one input goes. <see cref="Target"/> is null where it is not needed; the first contribution
/// overwrites the target (its contents are undefined before), a further one adds to it.
/// </summary>
/// <param name="Target">The gradient tensor, or null where none is asked for.</param>
/// <param name="Accumulate">Add to what the target holds; otherwise overwrite all of it.</param>
public readonly record struct Gradient(Tensor? Target, bool Accumulate)
{
    /// <summary>No gradient is asked for.</summary>
    public static Gradient None => default;

    /// <summary>Whether there is a target to write.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Target))]
    public bool IsNeeded => Target is not null;
}
