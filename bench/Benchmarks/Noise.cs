namespace TripletGpu.Benchmarks;

/// <summary>Random values between -0.5 and 0.5.</summary>
static class Noise
{
    public static Tensor Tensor(Device device, Random random, params ReadOnlySpan<int> shape)
    {
        Shape extents = new(shape);
        float[] values = new float[extents.Count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        return device.Tensor(extents, values);
    }
}
