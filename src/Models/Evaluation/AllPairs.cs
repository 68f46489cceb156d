using TripletGpu.Models.Calibration;

namespace TripletGpu.Models.Evaluation;

/// <summary>The pairs of a set's rows, with whom they are of.</summary>
public static class AllPairs
{
    /// <summary>The squared distance of every pair.</summary>
    /// <param name="set">Its labels are the people.</param>
    /// <param name="people">How many people there are.</param>
    public static PairScores Of(EmbeddingSet set, int people)
    {
        int count = checked(set.Count * (set.Count - 1) / 2);
        int[] first = new int[count], second = new int[count];
        float[] distances = new float[count];
        for (int i = 0, pair = 0; i < set.Count; i++)
            for (int j = 0; j < i; j++, pair++)
            {
                (first[pair], second[pair]) = (set.Labels[i], set.Labels[j]);
                distances[pair] = SquaredDistance.Between(set.Row(i), set.Row(j));
            }
        return new PairScores(first, second, distances, people);
    }
}
