using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>A random change of one training image that keeps its class.</summary>
public interface IAugmentation
{
    /// <summary>Changes an image in place.</summary>
    /// <param name="pixels">C H W.</param>
    /// <param name="shape">(C, H, W).</param>
    /// <param name="random">The numbers of this image in this batch: no other image shares them.</param>
    void Apply(Span<float> pixels, Shape shape, Philox random);
}
