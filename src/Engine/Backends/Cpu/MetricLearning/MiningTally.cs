using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// What one thread counts while it mines. Sums of integers and extremes: the same for any split of the rows.
/// </summary>
struct MiningTally
{
    public long Active, Hard, SemiHard, Triplets, Fallback, Anchors;
    public float LargestDistance;
    public int NonFiniteRow;

    public static MiningTally Empty => new() { NonFiniteRow = int.MaxValue };

    public void Add(MiningTally other)
    {
        Active += other.Active;
        Hard += other.Hard;
        SemiHard += other.SemiHard;
        Triplets += other.Triplets;
        Fallback += other.Fallback;
        Anchors += other.Anchors;
        LargestDistance = Math.Max(LargestDistance, other.LargestDistance);
        NonFiniteRow = Math.Min(NonFiniteRow, other.NonFiniteRow);
    }
}
