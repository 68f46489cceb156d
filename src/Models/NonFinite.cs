using System.Numerics;

namespace TripletGpu.Models;

/// <summary>What must not be among values: NaN and infinity.</summary>
static class NonFinite
{
    /// <summary>The number of the first element that is NaN or infinite; -1 where all are finite.</summary>
    public static int First(ReadOnlySpan<float> values)
    {
        Vector<float> most = new(float.MaxValue);
        int i = 0;
        while (i <= values.Length - Vector<float>.Count
            && Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(values[i..])), most)) i += Vector<float>.Count;
        while (i < values.Length && float.IsFinite(values[i])) i++;
        return i < values.Length ? i : -1;
    }
}
