namespace TripletGpu.Schedules;

/// <summary>
/// The learning rate as a pure function of the step: nothing to store, nothing to get out of step. The first
/// <paramref name="WarmupSteps"/> steps rise in a line to the base rate; the schedule proper begins after them.
/// </summary>
/// <param name="BaseRate">The rate at the end of the warm-up.</param>
/// <param name="WarmupSteps">The length of the warm-up; 0 for none.</param>
public abstract record Schedule(float BaseRate, long WarmupSteps)
{
    /// <summary>The learning rate of a step; the first step is 0.</summary>
    public float Rate(long step) => step < WarmupSteps
        ? (float)(BaseRate * (step + 1.0) / WarmupSteps)
        : (float)(BaseRate * Factor(step - WarmupSteps));

    /// <summary>What the base rate is multiplied by, so many steps after the warm-up.</summary>
    protected abstract double Factor(long step);
}

/// <summary>Always the base rate.</summary>
public sealed record ConstantSchedule(float BaseRate, long WarmupSteps = 0) : Schedule(BaseRate, WarmupSteps)
{
    /// <inheritdoc/>
    protected override double Factor(long step) => 1;
}

/// <summary>Multiplied by <paramref name="Decay"/> after every <paramref name="Every"/> steps.</summary>
public sealed record StepSchedule(float BaseRate, float Decay, long Every, long WarmupSteps = 0)
    : Schedule(BaseRate, WarmupSteps)
{
    /// <summary>The length of a stair, at least one step.</summary>
    public long Every { get; init; } = Every > 0 ? Every
        : throw new ArgumentOutOfRangeException(nameof(Every), Every, "the rate falls after at least one step");

    /// <inheritdoc/>
    protected override double Factor(long step) => Math.Pow(Decay, step / Every);
}

/// <summary>
/// Half a cosine wave from the base rate down to 0 at step <paramref name="TotalSteps"/>, and 0 after it.
/// </summary>
public sealed record CosineSchedule(float BaseRate, long TotalSteps, long WarmupSteps = 0)
    : Schedule(BaseRate, WarmupSteps)
{
    /// <inheritdoc/>
    protected override double Factor(long step) =>
        0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, step / Math.Max(1.0, TotalSteps - WarmupSteps))));
}

/// <summary>Divided by <c>1 + decay * step</c>.</summary>
public sealed record InverseTimeSchedule(float BaseRate, float Decay, long WarmupSteps = 0)
    : Schedule(BaseRate, WarmupSteps)
{
    /// <inheritdoc/>
    protected override double Factor(long step) => 1 / (1 + (double)Decay * step);
}
