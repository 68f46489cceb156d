using System.Runtime.InteropServices;

namespace TripletGpu.Models.Calibration;

/// <summary>Distances of pairs, with whom they are of.</summary>
/// <param name="First">The person of one, counted from 0.</param>
/// <param name="Second">The person of the other; the same: a pair of one person.</param>
/// <param name="Distances">Smaller is more alike.</param>
/// <param name="People">How many people there are.</param>
public sealed record PairScores(int[] First, int[] Second, float[] Distances, int People)
{
    /// <summary>The pairs of one person, or those of two.</summary>
    public PairScores Only(bool same)
    {
        int[] kept = [.. Enumerable.Range(0, First.Length).Where(i => First[i] == Second[i] == same)];
        return new PairScores(
            [.. kept.Select(i => First[i])], [.. kept.Select(i => Second[i])], [.. kept.Select(i => Distances[i])],
            People);
    }

    /// <summary>The share of pairs up to a distance.</summary>
    public EstimatedRate Accepted(float threshold)
    {
        (double value, double shared, double own, int people) = Variance(threshold);
        return EstimatedRate.Of(value, Distances.Length, Math.Max(shared, own), people);
    }

    /// <summary>
    /// The share of pairs up to a distance, and its variance. Two pairs that have a person in common are not
    /// independent, so all products of deviations of such pairs are added up (the dyadic cluster variance; Aronow,
    /// Samii and Assenova 2015): for each person the square of the sum over the pairs that he or she is in, less the
    /// squares of what the same two people have together, which both of them brought.
    /// </summary>
    /// <returns>
    /// The share, its variance, the part of it that pairs of the same people cause, and how many people occur.
    /// </returns>
    internal (double Value, double Variance, double OfSamePeople, int People) Variance(float threshold)
    {
        int n = Distances.Length, accepted = 0;
        foreach (float distance in Distances) accepted += distance <= threshold ? 1 : 0;
        double value = (double)accepted / n, all = 0, together = 0;
        double[] person = new double[People];
        bool[] occurs = new bool[People];
        Dictionary<long, double> dyads = [];
        for (int i = 0; i < n; i++)
        {
            double deviation = (Distances[i] <= threshold ? 1 : 0) - value;
            (int a, int b) = First[i] < Second[i] ? (First[i], Second[i]) : (Second[i], First[i]);
            occurs[a] = occurs[b] = true;
            person[a] += deviation;
            if (a != b) person[b] += deviation;
            CollectionsMarshal.GetValueRefOrAddDefault(
                dyads, (long)a * People + b, out _) += deviation;
        }
        foreach (double sum in person) all += sum * sum;
        foreach ((long key, double sum) in dyads)
            if (key / People != key % People)
            {
                all -= sum * sum;
                together += sum * sum;
            }
        int people = occurs.Count(o => o);
        // As the jackknife has it: without one person, two of so many shares are gone.
        double few = people > 2 ? people * (people - 1.0) / ((people - 2.0) * (people - 2.0)) : 2;
        return (value, few * all / n / n, few * together / n / n, people);
    }
}
