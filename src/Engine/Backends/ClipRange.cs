namespace TripletGpu.Backends;

/// <summary>
/// What results are clipped to as they are written: y = min(max(x, Low), High), NaN stays. [0, infinity) is a ReLU,
/// [0, 6] MobileNet's ReLU6.
/// </summary>
/// <param name="Low">The smallest result.</param>
/// <param name="High">The largest one, at least <paramref name="Low"/>.</param>
public readonly record struct ClipRange(float Low, float High)
{
    /// <summary>Everything stays as it is.</summary>
    public static ClipRange None => new(float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>max(0, x).</summary>
    public static ClipRange Relu => new(0, float.PositiveInfinity);

    /// <summary>Whether nothing is clipped.</summary>
    public bool IsNone => this == None;

    /// <summary>A ReLU or nothing.</summary>
    public static ClipRange ReluIf(bool isRelu) => isRelu ? Relu : None;

    /// <summary>This range, then another: the same as clipping twice.</summary>
    public ClipRange Then(ClipRange next) => new(next.Of(Low), next.Of(High));

    float Of(float x) => MathF.Min(MathF.Max(x, Low), High);
}
