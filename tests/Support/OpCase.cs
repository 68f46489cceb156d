using TripletGpu.Autograd;

namespace TripletGpu.Support;

/// <summary>The oracle's forward pass: the output from the inputs.</summary>
public delegate double[] OracleForward(double[][] x);

/// <summary>
/// The oracle's backward pass: one gradient an input (null for integer inputs) from inputs and dL/dy.
/// </summary>
public delegate double[]?[] OracleBackward(double[][] x, double[] dy);

/// <summary>
/// One configuration of an operation with its oracle. <c>OpTests</c> checks with it, on every device, the output, every
/// gradient (overwritten and added), the memory around every buffer, and on the oracle itself that backward is the
/// derivative of forward.
/// </summary>
/// <param name="Name">What is special about it: <c>Conv2d stride 2, odd sizes</c>. Starts with the op's name.</param>
/// <param name="Op">The operation.</param>
/// <param name="Inputs">The inputs' shapes.</param>
/// <param name="Forward">The oracle's forward pass.</param>
/// <param name="Backward">The oracle's backward pass.</param>
/// <param name="Tolerance">For output and gradients.</param>
public sealed record OpCase(
    string Name, Op Op, Shape[] Inputs, OracleForward Forward, OracleBackward Backward, Tolerance Tolerance)
{
    /// <summary>Draws the values of input i; the default is normal with deviation 1.</summary>
    public Func<int, long, Random, double[]> Draw { get; init; } = (_, count, random) =>
        Values.Normal(count, random);

    /// <summary>Inputs that hold integers (labels); they get no gradient.</summary>
    public IReadOnlySet<int> IntegerInputs { get; init; } = new HashSet<int>();

    /// <summary>
    /// False where differences cannot show the derivative (a kink exactly at a drawn value, random masks).
    /// </summary>
    public bool IsSmooth { get; init; } = true;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Random test values.</summary>
public static class Values
{
    /// <summary>Standard normal, rounded to float so that oracle and device see the same numbers.</summary>
    public static double[] Normal(long count, Random random, double deviation = 1)
    {
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
        return values;
    }

    /// <summary>Even in [low, high), rounded to float.</summary>
    public static double[] Uniform(long count, Random random, double low, double high)
    {
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(low + (high - low) * random.NextDouble());
        return values;
    }

    /// <summary>Integers 0 .. bound - 1 as doubles, for labels.</summary>
    public static double[] Integers(long count, Random random, int bound)
    {
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++) values[i] = random.Next(bound);
        return values;
    }

    public static float[] ToSingle(double[] values) => Array.ConvertAll(values, v => (float)v);
}
