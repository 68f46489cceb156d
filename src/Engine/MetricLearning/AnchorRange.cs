namespace TripletGpu.MetricLearning;

/// <summary>Neighbouring anchors of a batch.</summary>
/// <param name="First">The first one's row.</param>
/// <param name="Count">How many; may be 0.</param>
public readonly record struct AnchorRange(int First, int Count)
{
    /// <summary>The row behind the last one.</summary>
    public int End => First + Count;

    /// <summary>Whether a row is one of them.</summary>
    public bool Contains(int row) => row >= First && row < End;
}
