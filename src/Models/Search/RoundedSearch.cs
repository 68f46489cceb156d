using System.Diagnostics;

namespace TripletGpu.Models.Search;

/// <summary>
/// Exact search where rows lie twice: all pass by rounded to float16, in half the bytes, and of those that may be among
/// the nearest the rows as they are are measured. Where more may be than are listed, that query is compared with every
/// row as it is. The answer is that of float32, bit for bit.
/// </summary>
static class RoundedSearch
{
    // Besides the K nearest rounded rows and as many again.
    const int Spare = 32;

    // An element moves by half a unit in the last of 11 places, of numbers below 2^-14 by half of 2^-24.
    const double Relative = 1.0 / (1 << 11), Absolute = 1.0 / (1 << 24);

    /// <summary>As <see cref="IndexSearch.Find"/>.</summary>
    public static SearchResult Find(
        Device device, IndexFile index, float[] queries, int k, Func<int, bool>? counts)
    {
        int d = index.Header.Dimension, q = queries.Length / d;
        k = Math.Min(k, index.Header.Rows);
        SearchResult all = new(k, new int[q * k], new float[q * k], 0, 0);
        for (int from = 0; from < q; from += IndexSearch.MostQueries)
        {
            int count = Math.Min(IndexSearch.MostQueries, q - from);
            Pass pass = new(index, queries.AsSpan(from * d, count * d).ToArray(), k);
            all = pass.Find(device, counts, all, from);
        }
        return all;
    }

    /// <summary>Up to what distance of a rounded row it may be one of the nearest as it is.</summary>
    /// <param name="query">The query.</param>
    /// <param name="kth">The K-th smallest distance of a rounded row, squared as all of them.</param>
    /// <remarks>
    /// With e = Relative |r'| + Absolute sqrt(D), |q - r| and t = |q - r'| are at most e apart, and |r'| is at most
    /// |q| + t. A computed sum of D squares is within a factor of 1 + slack of the sum.
    /// </remarks>
    internal static double Limit(ReadOnlySpan<float> query, float kth)
    {
        double slack = (query.Length + 4) * Math.ScaleB(1, -23), length = 0;
        foreach (float value in query) length += (double)value * value;
        double around = Relative * Math.Sqrt(length) + Absolute * Math.Sqrt(query.Length);
        double ofTheNearest = (1 + Relative) * Math.Sqrt(kth / (1 - slack)) + around;
        double limit = (ofTheNearest * Math.Sqrt((1 + slack) / (1 - slack)) + around) / (1 - Relative);
        return limit * limit * (1 + slack);
    }

    /// <summary>Squared L2 in one chain of multiply-adds: the bits of every device's search.</summary>
    static float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++) sum = MathF.FusedMultiplyAdd(a[i] - b[i], a[i] - b[i], sum);
        return sum;
    }

    /// <summary>As many queries as one pass over the index takes.</summary>
    sealed class Pass(IndexFile index, float[] queries, int k)
    {
        readonly int d = index.Header.Dimension, count = queries.Length / index.Header.Dimension;
        readonly int wide = Math.Min(index.Header.Rows, 2 * k + Spare);

        /// <summary>Adds what is found to a result, for queries from a number on.</summary>
        public SearchResult Find(Device device, Func<int, bool>? counts, SearchResult to, int from)
        {
            SearchResult rounded = IndexSearch.Scan(device, index, queries, wide, counts, isRounded: true);
            long start = Stopwatch.GetTimestamp();
            int[] candidates = [.. Enumerable.Range(0, count).Select(query => Candidates(rounded, query))];
            float[] measured = Measure(rounded, candidates);
            for (int query = 0; query < count; query++)
            {
                int to0 = (from + query) * k, first = query * wide, n = Math.Max(0, candidates[query]);
                int[] rows = rounded.Rows[first..(first + n)];
                float[] distances = measured[first..(first + n)];
                int[] order =
                [
                    .. Enumerable.Range(0, n).OrderBy(i => distances[i]).ThenBy(i => rows[i]).Take(k),
                ];
                for (int i = 0; i < k; i++)
                {
                    to.Rows[to0 + i] = i < order.Length ? rows[order[i]] : -1;
                    to.Distances[to0 + i] = i < order.Length ? distances[order[i]] : float.PositiveInfinity;
                }
            }
            double ranking = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int[] crowded = [.. Enumerable.Range(0, count).Where(query => candidates[query] < 0)];
            SearchResult? scanned = crowded.Length == 0 ? null : Scan(device, counts, crowded, to, from);
            return to with
            {
                Seconds = to.Seconds + rounded.Seconds + ranking + (scanned?.Seconds ?? 0),
                ReadSeconds = to.ReadSeconds + rounded.ReadSeconds + (scanned?.ReadSeconds ?? 0),
            };
        }

        /// <summary>
        /// How many of the list may be among the nearest; -1: perhaps also some that it does not have.
        /// </summary>
        int Candidates(SearchResult rounded, int query)
        {
            ReadOnlySpan<float> distances = rounded.Distances.AsSpan(query * wide, wide);
            ReadOnlySpan<int> rows = rounded.Rows.AsSpan(query * wide, wide);
            int there = rows.IndexOf(-1);
            bool isAll = there >= 0 || wide == index.Header.Rows;
            if (there < 0) there = wide;
            double limit = Limit(queries.AsSpan(query * d, d), distances[k - 1]);
            int n = 0;
            while (n < there && !(distances[n] > limit)) n++;
            return n < wide || isAll ? n : -1;
        }

        /// <summary>The distances of the candidates as they are; the file is read from front to back.</summary>
        float[] Measure(SearchResult rounded, int[] candidates)
        {
            float[] measured = new float[rounded.Rows.Length], row = new float[d];
            long[] wanted =
            [
                .. from query in Enumerable.Range(0, count)
                   from i in Enumerable.Range(query * wide, Math.Max(0, candidates[query]))
                   select ((long)rounded.Rows[i] << 32) | (uint)i,
            ];
            Array.Sort(wanted);
            long held = -1;
            foreach (long one in wanted)
            {
                if (held != one >> 32) index.ReadRows((int)(held = one >> 32), row);
                int place = (int)(one & int.MaxValue);
                measured[place] = Distance(queries.AsSpan(place / wide * d, d), row);
            }
            return measured;
        }

        SearchResult Scan(Device device, Func<int, bool>? counts, int[] asked, SearchResult to, int from)
        {
            float[] some = [.. asked.SelectMany(query => queries.Skip(query * d).Take(d))];
            SearchResult scanned = IndexSearch.Scan(device, index, some, k, counts, isRounded: false);
            for (int i = 0; i < asked.Length; i++)
            {
                scanned.Rows.AsSpan(i * k, k).CopyTo(to.Rows.AsSpan((from + asked[i]) * k));
                scanned.Distances.AsSpan(i * k, k).CopyTo(to.Distances.AsSpan((from + asked[i]) * k));
            }
            return scanned;
        }
    }
}
