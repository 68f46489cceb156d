namespace TripletGpu.Runner.Configuration;

/// <summary>How the learning rate changes from step to step.</summary>
public sealed record ScheduleConfig
{
    /// <summary>The curve.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <summary>Over how many first steps the rate rises evenly from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>step: after how many steps the rate falls.</summary>
    public int EverySteps { get; init; } = 1000;

    /// <summary>step: what the rate is multiplied by then.</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>inverse-time: the rate is divided by 1 + decay * step.</summary>
    public double Decay { get; init; } = 1e-4;
}

/// <summary>The curve of the learning rate; cosine falls to 0 at the last step.</summary>
public enum ScheduleKind { Constant, Step, Cosine, InverseTime }
