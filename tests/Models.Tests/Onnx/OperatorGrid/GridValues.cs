using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>Values of the grid's tensors.</summary>
sealed class GridValues(int seed)
{
    static readonly float[] special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1e-40f, -1e-40f, 1e-23f, 3e38f, -3e38f,
    ];

    readonly Random random = new(seed);

    public int Next(int below) => random.Next(below);

    public int Next(int from, int below) => random.Next(from, below);

    public bool Flip() => random.Next(2) == 0;

    public T Pick<T>(params T[] of) => of[random.Next(of.Length)];

    /// <summary>Normal values, in every fourth place a special one where that is asked for.</summary>
    public OnnxTensor Floats(string name, long[] dims, bool withSpecial = false, bool positive = false)
    {
        float[] values = new float[dims.Aggregate(1L, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                * Math.Cos(Math.Tau * random.NextDouble());
            values[i] = withSpecial && random.Next(4) == 0 ? special[random.Next(special.Length)]
                : (float)(positive ? 0.1 + Math.Abs(normal) : normal);
        }
        return OnnxTensor.Of(name, dims, values);
    }

    public static OnnxTensor Zeros(string name, long[] dims) =>
        OnnxTensor.Of(name, dims, new float[dims.Aggregate(1L, (product, extent) => product * extent)]);

    public static OnnxTensor Integers(string name, params long[] values) =>
        OnnxTensor.Of(name, [values.Length], values);

    public static OnnxTensor Scalar(string name, float value) => OnnxTensor.Of(name, [], [value]);
}
