using TripletGpu.RandomNumbers;

namespace TripletGpu.Models.Evaluation;

/// <summary>Squared distances of pairs of one class and of pairs of two classes.</summary>
/// <param name="Same">In the order drawn.</param>
/// <param name="Different">In the order drawn.</param>
public sealed record PairSample(float[] Same, float[] Different)
{
    /// <summary>
    /// Draws as many pairs of each kind, with replacement: a first row evenly among all, then a second evenly among the
    /// others of its class, or among those of other classes.
    /// </summary>
    /// <exception cref="ArgumentException">No class has two rows, or there is but one class.</exception>
    public static PairSample Draw(EmbeddingSet set, int pairs, ulong seed)
    {
        SortedDictionary<int, int[]> classes = set.RowsByClass();
        int[] firsts = [.. Enumerable.Range(0, set.Count).Where(i => classes[set.Labels[i]].Length > 1)];
        if (firsts.Length == 0) throw new ArgumentException($"{set.Name}: verification needs a class with two rows");
        if (classes.Count < 2) throw new ArgumentException($"{set.Name}: verification needs two classes");
        Philox random = new(seed, Streams.Evaluation + 2);
        float[] same = new float[pairs], different = new float[pairs];
        for (int t = 0; t < pairs; t++)
        {
            int a = firsts[random.NextInt32(firsts.Length)], b = a;
            int[] mates = classes[set.Labels[a]];
            while (b == a) b = mates[random.NextInt32(mates.Length)];
            same[t] = SquaredDistance.Between(set.Row(a), set.Row(b));
            a = random.NextInt32(set.Count);
            do b = random.NextInt32(set.Count);
            while (set.Labels[b] == set.Labels[a]);
            different[t] = SquaredDistance.Between(set.Row(a), set.Row(b));
        }
        return new PairSample(same, different);
    }
}
