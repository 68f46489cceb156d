using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// Streams references past strips of queries and keeps each query's K nearest in a short sorted list. Queries are
/// independent of each other, so the result is the same for any number of threads.
/// </summary>
static unsafe class NearestNeighbourSearch<V> where V : struct, IDistanceVector<V>
{
    // Columns of a strip of distances: small enough to stay in the second-level cache until they are looked at.
    const int ChunkColumns = 2048;

    /// <summary>See <see cref="IMetricLearning.NearestNeighbours"/>.</summary>
    public static void Compute(
        CpuBackend cpu, Tensor queries, Tensor references, int self, Tensor indices, Tensor distances)
    {
        int n = references.Shape[0], q = queries.Shape[0], d = queries.Shape[1], k = indices.Shape[1];
        int width = DistanceStrips<V>.PanelWidth, stripRows = DistanceStrips<V>.Rows;
        int panelCount = (n + width - 1) / width, chunkPanels = ChunkColumns / width;
        int stripCount = (q + stripRows - 1) / stripRows;
        float* queryRows = queries.Floats(), rows = references.Floats(), nearest = distances.Floats();
        int* nearestRows = indices.Ints();
        WorkerPool workers = cpu.Workers;
        Workspace workspace = cpu.Workspace.Begin();
        float* packed = workspace.Take((long)panelCount * width * d);
        float* scratch = workspace.Take((long)stripRows * ChunkColumns * workers.Threads);
        int next = 0;
        workers.Run(thread =>
        {
            (int from, int to) = workers.Share(panelCount, thread);
            DistanceStrips<V>.Pack(rows, n, d, packed, from, to);
            workers.Barrier();
            float* strip = scratch + (long)stripRows * ChunkColumns * thread;
            for (int s; (s = Interlocked.Increment(ref next) - 1) < stripCount;)
            {
                int first = s * stripRows, count = Math.Min(stripRows, q - first);
                new Span<float>(nearest + (long)first * k, count * k).Fill(float.PositiveInfinity);
                new Span<int>(nearestRows + (long)first * k, count * k).Fill(-1);
                for (int panel = 0; panel < panelCount; panel += chunkPanels)
                {
                    int columns = Math.Min(n - panel * width, ChunkColumns);
                    DistanceStrips<V>.Compute(queryRows + (long)first * d, count, d,
                        packed + (long)panel * width * d, Math.Min(chunkPanels, panelCount - panel), strip,
                        ChunkColumns);
                    for (int r = 0; r < count; r++)
                    {
                        NearestList list = new(nearest + (long)(first + r) * k, nearestRows + (long)(first + r) * k, k);
                        list.Add(strip + r * ChunkColumns, columns, panel * width, self < 0 ? -1 : self + first + r);
                    }
                }
            }
        });
    }

    /// <summary>The K nearest so far, ascending; of equal distances the lower index stands first.</summary>
    readonly struct NearestList(float* distances, int* rows, int k)
    {
        /// <summary>
        /// Offers distances to rows <paramref name="firstRow"/> and on, all but one to <paramref name="except"/>.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(float* x, int count, int firstRow, int except)
        {
            V worst = V.Create(distances[k - 1]);
            for (int i = 0; i < count; i += V.Count)
            {
                uint bits = V.GreaterBits(worst, V.Load(x + i));
                if (bits == 0) continue;
                for (; bits != 0; bits &= bits - 1)
                {
                    int j = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
                    if (j < count && firstRow + j != except && x[j] < distances[k - 1]) Insert(x[j], firstRow + j);
                }
                worst = V.Create(distances[k - 1]);
            }
        }

        void Insert(float distance, int row)
        {
            // After the last one that is not farther: rows come in ascending order.
            int low = 0, high = k - 1;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (distances[middle] <= distance) low = middle + 1;
                else high = middle;
            }
            int moved = k - 1 - low;
            new Span<float>(distances + low, moved).CopyTo(new Span<float>(distances + low + 1, moved));
            new Span<int>(rows + low, moved).CopyTo(new Span<int>(rows + low + 1, moved));
            (distances[low], rows[low]) = (distance, row);
        }
    }
}
