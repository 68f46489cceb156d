using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Bench;

/// <summary>What operations are measured on.</summary>
static class BenchTensor
{
    const int Drawn = 1_000_003;

    static readonly Lazy<float[]> Values = new(() =>
    {
        Philox random = new(seed: 1);
        float[] values = new float[Drawn];
        for (int i = 0; i < Drawn; i++) values[i] = random.NextNormal();
        return values;
    });

    /// <summary>Normal values; a long tensor repeats the first, at a distance that divides no usual extent.</summary>
    /// <param name="device">Where; the tensor belongs to its current step.</param>
    /// <param name="extents">Of the tensor.</param>
    public static Tensor Normal(Device device, params int[] extents)
    {
        Shape shape = new(extents);
        float[] values = new float[shape.Count];
        for (int at = 0; at < values.Length; at += Drawn)
            Values.Value.AsSpan(0, Math.Min(Drawn, values.Length - at)).CopyTo(values.AsSpan(at));
        return device.Tensor(shape, values);
    }
}
