using TripletGpu.RandomNumbers;

namespace TripletGpu.Modules;

/// <summary>
/// How a parameter's first values are drawn. Drawn on the host, so that every device starts from the same.
/// </summary>
public abstract record Initializer
{
    /// <summary>Every element the same.</summary>
    public sealed record Constant(float Value) : Initializer
    {
        /// <inheritdoc/>
        public override void Fill(Span<float> values, Philox random) => values.Fill(Value);
    }

    /// <summary>Evenly between -bound and bound.</summary>
    public sealed record Uniform(float Bound) : Initializer
    {
        /// <inheritdoc/>
        public override void Fill(Span<float> values, Philox random)
        {
            for (int i = 0; i < values.Length; i++) values[i] = (2 * random.NextSingle() - 1) * Bound;
        }
    }

    /// <summary>Normal with mean 0.</summary>
    public sealed record Normal(float Deviation) : Initializer
    {
        /// <inheritdoc/>
        public override void Fill(Span<float> values, Philox random)
        {
            for (int i = 0; i < values.Length; i++) values[i] = random.NextNormal() * Deviation;
        }
    }

    /// <summary>PyTorch's default for convolutions and linear layers: uniform within 1 / sqrt(fan in).</summary>
    public static Initializer FanIn(int fanIn) => new Uniform(1 / MathF.Sqrt(fanIn));

    /// <summary>Draws all of <paramref name="values"/>.</summary>
    public abstract void Fill(Span<float> values, Philox random);
}
