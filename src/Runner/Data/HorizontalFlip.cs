using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>Mirrors every second image, left to right.</summary>
public sealed class HorizontalFlip : IAugmentation
{
    /// <inheritdoc/>
    public void Apply(Span<float> pixels, Shape shape, Philox random)
    {
        if (random.NextSingle() < 0.5f) return;
        int width = shape[2];
        for (int row = 0; row < pixels.Length; row += width) pixels.Slice(row, width).Reverse();
    }
}
