using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>Where a pass over the images reads and what gradients it makes.</summary>
unsafe struct PooledOperands
{
    public float* X, Weight, Dy;
    public byte* Index;
    public Gradient Dx, Dw, Db;
}

/// <summary>
/// The gradients of convolution + bias + ReLU + 2x2 max pool, one image after another, images split over the threads.
/// Only one of four pixels has a gradient, so no full map of gradients is made: input and weight gradients follow a
/// list of those pixels (<see cref="WindowList"/>), with the image turned to [pixel][channel] in the cache. Weight
/// gradients are summed for each part of the batch, then over the parts: the parts depend on the batch alone, so that
/// the sums do not depend on the number of threads, and a GPU can make the same.
/// </summary>
sealed unsafe class PooledBackward<V> where V : unmanaged, ITileVector<V>
{
    // Below this many input channels a line of taps does not fill vectors, and output channels are the better lanes.
    const int FewChannels = 8;

    readonly PooledDims d;
    readonly PooledOperands o;
    readonly WorkerPool workers;
    readonly int parts;
    readonly bool isFew, needsLists;
    readonly nint rowFloats, mapFloats, weightFloats, partialFloats, threadFloats;
    readonly int* starts, positions;
    readonly float* rows, partials;
    readonly PerThread own;

    public PooledBackward(CpuBackend cpu, in PooledOperands operands, in PooledDims dims)
    {
        (d, o, workers, parts) = (dims, operands, cpu.Workers, BatchParts.Count(dims.N));
        isFew = d.C < FewChannels;
        needsLists = o.Dx.IsNeeded || !isFew;
        rowFloats = Round(d.S * d.C);
        mapFloats = Round((nint)d.PaddedH * d.PaddedW * d.C + CpuBuffer.Slack);
        weightFloats = isFew ? (nint)d.C * Blocks(d.R) * Blocks(d.S) * TapsOfBlock * d.PaddedK : d.K * d.R * rowFloats;
        partialFloats = weightFloats + d.PaddedK;
        nint tables = Round(d.Windows + PooledTile.Cut + 1), rowsOfAll = d.K * d.R * rowFloats;
        nint list = Round(2 * (d.Windows + 1)), transposed = isFew ? (nint)d.Windows * d.PaddedK : 0;
        threadFloats = list + 2 * mapFloats + transposed;
        Workspace workspace = cpu.Workspace.Begin();
        float* at = workspace.Take(tables + rowsOfAll + parts * partialFloats);
        starts = (int*)at;
        positions = starts + d.Windows;
        rows = at + tables;
        partials = rows + rowsOfAll;
        own = workspace.TakeForEach(threadFloats);
    }

    const int TapsOfBlock = FewChannelsWeight<V>.Block * FewChannelsWeight<V>.Block;

    public void Run()
    {
        FillTables();
        if (o.Dx.IsNeeded) PackRows();
        workers.ForEach(parts, (part, thread) =>
        {
            float* partial = partials + part * partialFloats;
            new Span<float>(partial, checked((int)partialFloats)).Clear();
            Images(
                BatchParts.Start(d.N, part), BatchParts.Start(d.N, part + 1), partial, own[thread]);
        });
        if (o.Db.IsNeeded) SumBias();
        if (!o.Dw.IsNeeded) return;
        if (isFew) AddParts(0, weightFloats);
        workers.For(d.K, isFew ? int.MaxValue : 2, SumWeights);
    }

    static nint Round(nint floats) => (floats + 15) & ~15;

    static int Blocks(int taps) => (taps + FewChannelsWeight<V>.Block - 1) / FewChannelsWeight<V>.Block;

    void FillTables()
    {
        for (int i = 0; i < d.Windows; i++) starts[i] = (2 * (i / d.Q) * d.PaddedW + 2 * (i % d.Q)) * d.C;
        for (int i = 0; i < PooledTile.Cut; i++) positions[i] = ((i >> 1) * d.PaddedW + (i & 1)) * d.C;
        positions[PooledTile.Cut] = 0;
    }

    /// <summary>[output channel][line of taps][tap][input channel], each line filled up with zeros.</summary>
    void PackRows()
    {
        new Span<float>(rows, checked((int)(d.K * d.R * rowFloats))).Clear();
        int taps = d.R * d.S;
        for (int k = 0; k < d.K; k++)
            for (int r = 0; r < d.R; r++)
                MapTranspose<V>.Run(
                    o.Weight + (nint)k * d.C * taps + r * d.S, taps, rows + (k * d.R + r) * rowFloats, d.C, d.C, d.S);
    }

    void Images(int from, int to, float* partial, float* scratch)
    {
        WindowGradient* list = (WindowGradient*)scratch;
        float* map = scratch + Round(2 * (d.Windows + 1)), dmap = map + mapFloats, dyByWindow = dmap + mapFloats;
        float* dbias = partial + weightFloats;
        bool isBoth = !isFew && o.Dw.IsNeeded && o.Dx.IsNeeded && rowFloats == 6 * V.Count;
        if (d.IsPadded) new Span<float>(map, checked((int)mapFloats)).Clear();
        for (int n = from; n < to; n++)
        {
            float* image = o.X + (nint)n * d.C * d.H * d.W, dy = o.Dy + (nint)n * d.K * d.Windows;
            byte* index = o.Index + (nint)n * d.Windows * d.PaddedK;
            bool hasNext = n + 1 < to;
            if (isFew && hasNext) AskForNext(n + 1, 0, 1);
            if (isFew) FromFewChannels(image, map, dy, index, dyByWindow, partial, dbias);
            else if (o.Dw.IsNeeded) PixelsFirst(image, map);
            if (!needsLists) continue;
            if (o.Dx.IsNeeded)
            {
                if (o.Dx.Accumulate) PixelsFirst(InputGradient(n), dmap);
                else new Span<float>(dmap, checked((int)mapFloats)).Clear();
            }
            for (int k = 0; k < d.K; k++)
            {
                int count = WindowList.Fill(
                    dy + k * d.Windows, index + k, d.PaddedK, d.Windows, starts, positions, list, out float sum);
                if (!isFew) dbias[k] += sum;
                float* dw = partial + k * d.R * rowFloats, w = rows + k * d.R * rowFloats;
                if (isBoth) BothRows(list, count, map, dw, w, dmap);
                else if (!isFew && o.Dw.IsNeeded) WeightRows(list, count, map, dw);
                if (!isBoth && o.Dx.IsNeeded) InputRows(list, count, w, dmap);
                if (!isFew && hasNext) AskForNext(n + 1, k, d.K);
            }
            if (o.Dx.IsNeeded) ChannelsFirst(dmap, InputGradient(n));
        }
    }

    /// <summary>A part of what the next image reads and writes.</summary>
    void AskForNext(int n, int part, int parts)
    {
        nint map = (nint)d.C * d.H * d.W, windows = (nint)d.K * d.Windows, indices = (nint)d.Windows * d.PaddedK;
        Ahead<V>.Ask((float*)(o.Index + n * indices), indices / sizeof(float), part, parts);
        Ahead<V>.Ask(o.Dy + n * windows, windows, part, parts);
        if (o.Dw.IsNeeded) Ahead<V>.Ask(o.X + n * map, map, part, parts);
        if (o.Dx.IsNeeded) Ahead<V>.Ask(InputGradient(n), map, part, parts);
    }

    float* InputGradient(int n) => o.Dx.Target!.Floats() + (nint)n * d.C * d.H * d.W;

    void PixelsFirst(float* image, float* map)
    {
        if (!d.IsPadded) MapTranspose<V>.Run(image, d.H * d.W, map, d.C, d.C, d.H * d.W);
        else
            for (int h = 0; h < d.H; h++)
                MapTranspose<V>.Run(image + h * d.W, d.H * d.W, Inside(map, h, d.C), d.C, d.C, d.W);
    }

    void ChannelsFirst(float* map, float* image)
    {
        if (!d.IsPadded) MapTranspose<V>.Run(map, d.C, image, d.H * d.W, d.H * d.W, d.C);
        else
            for (int h = 0; h < d.H; h++)
                MapTranspose<V>.Run(Inside(map, h, d.C), d.C, image + h * d.W, d.H * d.W, d.W, d.C);
    }

    /// <summary>The first pixel of line h inside the padding, of a map with that many floats a pixel.</summary>
    float* Inside(float* map, int h, int pixel) => map + ((nint)(h + d.Top) * d.PaddedW + d.Left) * pixel;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void WeightRows(WindowGradient* list, int count, float* map, float* dw)
    {
        for (int r = 0; r < d.R; r++, map += (nint)d.PaddedW * d.C, dw += rowFloats)
            for (nint v = 0, left = d.S * d.C; left > 0;)
            {
                nint vectors = (left + V.Count - 1) / V.Count, taken = vectors >= 6 ? 6 : vectors >= 2 ? 2 : 1;
                if (taken == 6) SparseRow<V>.Weight<Constant.Six>(list, count, map + v, dw + v);
                else if (taken == 2) SparseRow<V>.Weight<Constant.Two>(list, count, map + v, dw + v);
                else SparseRow<V>.Weight<Constant.One>(list, count, map + v, dw + v);
                v += taken * V.Count;
                left -= taken * V.Count;
            }
    }

    void BothRows(WindowGradient* list, int count, float* map, float* dw, float* w, float* dmap)
    {
        nint line = (nint)d.PaddedW * d.C;
        for (int r = 0; r < d.R; r++, map += line, dmap += line, dw += rowFloats, w += rowFloats)
            SparseRow<V>.Both(list, count, map, dw, w, dmap);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void InputRows(WindowGradient* list, int count, float* w, float* dmap)
    {
        // A whole line of taps at a time: windows overlap, and a pixel takes its sum in their order.
        nint vectors = (d.S * d.C + V.Count - 1) / V.Count;
        for (int r = 0; r < d.R; r++, dmap += (nint)d.PaddedW * d.C, w += rowFloats)
            if (vectors == 6) SparseRow<V>.Input<Constant.Six>(list, count, w, dmap);
            else if (vectors == 2) SparseRow<V>.Input<Constant.Two>(list, count, w, dmap);
            else if (vectors == 1) SparseRow<V>.Input<Constant.One>(list, count, w, dmap);
            else SparseRow<V>.Input(list, count, w, dmap, vectors);
    }

    void FromFewChannels(
        float* image, float* copy, float* dy, byte* index, float* dyByWindow, float* partial, float* dbias)
    {
        MapTranspose<V>.Run(dy, d.Windows, dyByWindow, d.PaddedK, d.K, d.Windows);
        if (o.Db.IsNeeded) AddBias(dyByWindow, index, dbias);
        if (!o.Dw.IsNeeded) return;
        if (d.IsPadded)
        {
            PooledForward<V>.CopyInside(image, copy, d);
            image = copy;
        }
        const int block = FewChannelsWeight<V>.Block;
        for (int c = 0; c < d.C; c++)
            for (int r = 0; r < d.R; r += block)
                for (int s = 0; s < d.S; s += block, partial += TapsOfBlock * d.PaddedK)
                    for (int k = 0; k < d.K; k += V.Count)
                    {
                        float* x = image + ((nint)c * d.PaddedH + r) * d.PaddedW + s;
                        // Lines of taps that the filter does not have read its last one; their sums are not used.
                        nint line = d.PaddedW, last = d.R - 1 - r;
                        FewChannelsWeight<V>.Run(
                            x, x + Math.Min(1, last) * line, x + Math.Min(2, last) * line, line, d.P, d.Q,
                            dyByWindow + k, index + k, d.PaddedK, partial + k);
                    }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddBias(float* dyByWindow, byte* index, float* dbias)
    {
        for (int k = 0; k < d.K; k += V.Count)
        {
            V sum = default, cut = V.Create(PooledTile.Cut);
            for (nint i = k; i < (nint)d.Windows * d.PaddedK; i += d.PaddedK)
                sum = sum + V.Select(V.Equal(V.LoadBytes(index + i), cut), default, V.Load(dyByWindow + i));
            V.Store(V.Load(dbias + k) + sum, dbias + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SumWeights(int from, int to)
    {
        if (!isFew) AddParts(from * d.R * rowFloats, to * d.R * rowFloats);
        float* dw = o.Dw.Target!.Floats() + (nint)from * d.Taps;
        for (int k = from; k < to; k++)
            for (int c = 0; c < d.C; c++)
                for (int r = 0; r < d.R; r++)
                    for (int s = 0; s < d.S; s++)
                        Put(partials[isFew ? FewAt(k, c, r, s) : (k * d.R + r) * rowFloats + s * d.C + c],
                            dw++, o.Dw.Accumulate);
    }

    nint FewAt(int k, int c, int r, int s)
    {
        const int block = FewChannelsWeight<V>.Block;
        nint number = ((nint)c * Blocks(d.R) + r / block) * Blocks(d.S) + s / block;
        return (number * TapsOfBlock + r % block * block + s % block) * d.PaddedK + k;
    }

    void SumBias()
    {
        AddParts(weightFloats, partialFloats);
        for (int k = 0; k < d.K; k++) Put(partials[weightFloats + k], o.Db.Target!.Floats() + k, o.Db.Accumulate);
    }

    /// <summary>Adds the other parts to the first, in their order; from .. to are whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddParts(nint from, nint to)
    {
        for (nint i = from; i < to; i += V.Count)
        {
            V sum = default;
            float* at = partials + i;
            for (int part = 0; part < parts; part++, at += partialFloats) sum += V.Load(at);
            V.Store(sum, partials + i);
        }
    }

    static void Put(float value, float* to, bool accumulate) => *to = accumulate ? *to + value : value;
}
