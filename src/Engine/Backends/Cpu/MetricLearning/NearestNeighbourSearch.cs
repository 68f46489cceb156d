using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The K nearest references of each query at the price of a matrix product, and exactly. References are packed panel by
/// panel into a core's own cache, and register tiles multiply all queries with them; a tile is looked at while it lies
/// in the first-level cache and is never stored. The product only rules out: <c>|q|^2 + |r|^2 - 2 q r</c> with
/// everything that rounding can have done to it must be below the query's K-th distance so far, else the column is
/// dropped. What is left (some hundreds of columns a query) is measured as the sum of squared differences, so that
/// distances and the order of near duplicates are those of <see cref="DistanceStrips{V}"/>, bit for bit.
/// <para>Threads claim groups of panels and keep lists of their own, which are merged by distance and row: the result
/// is the same for any number of threads. Besides the result it takes some megabytes, whatever the number of
/// references.</para>
/// </summary>
static unsafe class NearestNeighbourSearch<V> where V : unmanaged, ITileVector<V>, IDistanceVector<V>
{
    // Packed panels of a thread: a good part of a 1 MB L2 cache.
    const int BlockBytes = 384 << 10;

    // All threads' lists of a block of queries.
    const long ListBytes = 24 << 20;
    const int MostQueries = 2048;

    // Work items that a thread is to have, so that a core taken by another process does not hold the others up.
    const int ManyItems = 4;

    // Squared lengths above this might overflow in the product: such rows are measured, not ruled out.
    const float Longest = 1e37f;

    /// <summary>See <see cref="IMetricLearning.NearestNeighbours"/>.</summary>
    public static void Compute(
        CpuBackend cpu, Tensor queries, Tensor references, int self, int firstRow, Tensor indices, Tensor distances)
    {
        int q = queries.Shape[0], d = queries.Shape[1], k = indices.Shape[1];
        long listsOfOne = (long)cpu.Workers.Threads * k * (sizeof(float) + sizeof(int));
        int most = (int)Math.Clamp(ListBytes / listsOfOne, 1, MostQueries);
        for (int first = 0; first < q; first += most)
        {
            int count = Math.Min(most, q - first);
            Block(cpu, queries.Floats() + (long)first * d, count, references, self < 0 ? -1 : self + first, firstRow,
                indices.Ints() + (long)first * k, distances.Floats() + (long)first * k, k);
        }
    }

    static void Block(
        CpuBackend cpu, float* queries, int q, Tensor references, int self, int firstRow, int* nearestRows,
        float* nearest, int k)
    {
        int n = references.Shape[0], d = references.Shape[1], width = RegisterTile<V>.Width;
        int threads = cpu.Workers.Threads, panels = (n + width - 1) / width;
        int perGroup = Math.Clamp(BlockBytes / (d * width * sizeof(float)), 1, (panels + threads - 1) / threads);
        Workspace workspace = cpu.Workspace.Begin();
        PackedLeft<V> left = new PackedLeft<V>(workspace, q, d).Pack(cpu, queries, d, 1);
        int groups = (panels + perGroup - 1) / perGroup;
        int parts = Math.Clamp(ManyItems * threads / groups, 1, left.Tiles);
        long packedSize = (long)perGroup * d * width, own = (long)perGroup * width + 16 * width;
        float* packed = workspace.Take(threads * packedSize), scratch = workspace.Take(threads * own);
        float* lengths = workspace.Take(q), bounds = workspace.Take((long)threads * q), worst = workspace.Take(q);
        float* distances = threads == 1 ? nearest : workspace.Take((long)threads * q * k);
        int* rows = threads == 1 ? nearestRows : (int*)workspace.Take((long)threads * q * k);
        Rounding rounding = new(d);
        if (firstRow == 0) NearestList<V>.Clear(nearest, nearestRows, q, k);
        for (int i = 0; i < q; i++)
        {
            lengths[i] = SquaredLength(queries + (long)i * d, d);
            worst[i] = nearest[(long)i * k + k - 1];
        }
        float* references0 = references.Floats();
        int next = 0;
        cpu.Workers.Run(thread =>
        {
            Search search = new()
            {
                Left = left,
                Queries = queries,
                Right = new MatrixPanels<V>(references0, n, 1, d),
                Packed = packed + thread * packedSize,
                Halves = scratch + thread * own,
                Products = scratch + thread * own + (long)perGroup * width,
                Lengths = lengths,
                Bounds = bounds + (long)thread * q,
                Distances = distances + (long)thread * q * k,
                Rows = rows + (long)thread * q * k,
                Rounding = rounding,
                Worst = worst,
                FirstRow = firstRow,
                Self = self,
                K = k,
            };
            if (thread > 0) NearestList<V>.Clear(search.Distances, search.Rows, q, k);
            else if (threads > 1)
            {
                new Span<float>(nearest, q * k).CopyTo(new Span<float>(search.Distances, q * k));
                new Span<int>(nearestRows, q * k).CopyTo(new Span<int>(search.Rows, q * k));
            }
            for (int i = 0; i < q; i++) search.SetBound(i, worst[i]);
            for (int i; (i = Interlocked.Increment(ref next) - 1) < groups * parts;)
            {
                int group = i / parts, part = i % parts;
                search.Run(
                    (int)((long)panels * group / groups), (int)((long)panels * (group + 1) / groups),
                    (int)((long)left.Tiles * part / parts), (int)((long)left.Tiles * (part + 1) / parts));
            }
        });
        if (threads > 1)
            cpu.Workers.For(q, 64, (from, to) =>
            {
                int* heads = stackalloc int[threads];
                for (int i = from; i < to; i++)
                    Merge(distances + (long)i * k, rows + (long)i * k, (long)q * k, threads, heads, k,
                        nearest + (long)i * k, nearestRows + (long)i * k);
            });
    }

    /// <summary>The K nearest of several sorted lists, equal ones by the lowest row.</summary>
    static void Merge(
        float* distances, int* rows, long stride, int lists, int* heads, int k, float* nearest, int* nearestRows)
    {
        new Span<int>(heads, lists).Clear();
        for (int i = 0; i < k; i++)
        {
            int best = -1, row = -1;
            float distance = float.PositiveInfinity;
            for (int l = 0; l < lists; l++)
            {
                int found = rows[l * stride + heads[l]];
                float far = distances[l * stride + heads[l]];
                if (found >= 0 && (far < distance || far == distance && found < row))
                    (best, row, distance) = (l, found, far);
            }
            (nearest[i], nearestRows[i]) = (distance, row);
            // A list gives at most its K, and then the result is full.
            if (best >= 0 && heads[best] < k - 1) heads[best]++;
        }
    }

    static float SquaredLength(float* x, int d)
    {
        float sum = 0;
        for (int k = 0; k < d; k++) sum += x[k] * x[k];
        return sum < Longest ? sum : float.NaN;
    }

    /// <summary>
    /// What rounding can do to sums of D products: each is off by at most D units in the last place of |a| |b|, so that
    /// the expanded product is off by less than Relative (|q|^2 + |r|^2), and the measured distance by Relative of
    /// itself; Absolute covers squares that underflow.
    /// </summary>
    readonly struct Rounding(int d)
    {
        public readonly float Relative = 4f * (d + 16) * (1f / (1 << 24)), Absolute = 4e-45f * d;
    }

    /// <summary>A thread's search.</summary>
    struct Search
    {
        public PackedLeft<V> Left;
        public MatrixPanels<V> Right;
        public float* Queries, Packed, Halves, Products, Lengths, Bounds, Worst, Distances;
        public int* Rows;
        public Rounding Rounding;
        public int FirstRow, Self, K;

        /// <summary>Panels of references against tiles of queries.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int from, int to, int fromTile, int toTile)
        {
            int width = RegisterTile<V>.Width, d = Left.Depth;
            for (int p = from; p < to; p++)
            {
                float* panel = Packed + (long)(p - from) * d * width;
                Right.Pack(p, 0, d, panel);
                TakeHalves(panel, Halves + (p - from) * width);
            }
            TileAhead ahead = new() { Lines = Products, C = Products };
            for (int tile = fromTile; tile < toTile; tile++)
            {
                int m0 = Left.RowStart(tile), rows = Left.RowStart(tile + 1) - m0;
                var product = RegisterTile<V>.Packed(rows);
                for (int p = from; p < to; p++)
                {
                    float* panel = Packed + (long)(p - from) * d * width;
                    for (int block = 0; block < Left.Blocks; block++)
                    {
                        int k0 = Left.BlockStart(block), kc = Left.BlockStart(block + 1) - k0;
                        product(kc, Left.Tile(block, tile), rows, panel + (long)k0 * width, width, Products, width,
                            null, block > 0 ? Products : null, ClipRange.None, &ahead);
                    }
                    Sift(m0, rows, p, panel, Halves + (p - from) * width);
                }
            }
        }

        /// <summary>Half of each column's squared length, a little less of it than there may be.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void TakeHalves(float* panel, float* halves)
        {
            V left = default, right = default;
            for (int k = 0; k < Left.Depth; k++, panel += 2 * V.Count)
            {
                V a = V.Load(panel), b = V.Load(panel + V.Count);
                V.AddProduct(ref left, a, a);
                V.AddProduct(ref right, b, b);
            }
            V.Store(left, halves);
            V.Store(right, halves + V.Count);
            for (int i = 0; i < 2 * V.Count; i++)
                halves[i] = halves[i] < Longest ? halves[i] * (0.5f - 0.5f * Rounding.Relative) : float.NaN;
        }

        /// <summary>Measures the columns of a tile that the product does not rule out.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Sift(int m0, int rows, int p, float* panel, float* halves)
        {
            V left = V.Load(halves), right = V.Load(halves + V.Count);
            for (int r = 0; r < rows; r++)
            {
                float* products = Products + r * 2 * V.Count;
                V bound = V.Create(Bounds[m0 + r]);
                // A NaN is never below: it is measured.
                uint below = V.GreaterBits(bound, V.Load(products) - left)
                    & V.GreaterBits(bound, V.Load(products + V.Count) - right);
                if (below != (1u << V.Count) - 1 || float.IsNaN(Bounds[m0 + r])) Measure(m0 + r, p, panel);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        readonly void Measure(int query, int p, float* panel)
        {
            int width = 2 * V.Count, first = p * width, row = FirstRow + first;
            float* distances = Products + 14 * width;
            DistanceStrips<V>.One(Queries + (long)query * Left.Depth, Left.Depth, panel, distances);
            NearestList<V> list = new(Distances + (long)query * K, Rows + (long)query * K, K);
            list.Add(distances, Math.Min(width, Right.Columns - first), row, Self < 0 ? -1 : Self + query);
            SetBound(query, Math.Min(list.Worst, Worst[query]));
        }

        /// <summary>q r - |r|^2 / 2 of a row that is nearer than the worst is above (|q|^2 - worst) / 2.</summary>
        public readonly void SetBound(int query, float worst) =>
            Bounds[query] = 0.5f * (Lengths[query] * (1 - Rounding.Relative) - worst * (1 + Rounding.Relative))
                - Rounding.Absolute;
    }
}
