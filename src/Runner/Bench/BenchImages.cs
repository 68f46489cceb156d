using TripletGpu.Models;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Bench;

/// <summary>A batch of noise, four images a class.</summary>
/// <param name="Shape">(N, C, H, W).</param>
/// <param name="Pixels">Between 0 and 1.</param>
/// <param name="Labels">N classes.</param>
readonly record struct BenchImages(Shape Shape, float[] Pixels, int[] Labels)
{
    const int PerClass = 4;

    /// <summary>As many images as are asked for, of the size that the network takes.</summary>
    public static BenchImages Draw(EmbeddingNetwork network, int batch)
    {
        Shape shape = new([batch, .. network.ImageShape.ToArray()]);
        float[] pixels = new float[shape.Count];
        Philox random = new(seed: 1);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
        return new BenchImages(shape, pixels, [.. Enumerable.Range(0, batch).Select(i => i / PerClass)]);
    }
}
