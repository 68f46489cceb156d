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
/// list of those pixels (<see cref="WindowList"/>), with the image turned to [pixel][channel] in the cache, or in its
/// blocks of channels where it lies. Weight gradients are summed for each part of the batch, then over the parts: the
/// parts depend on the batch alone, so that the sums do not depend on the number of threads, and a GPU can make the
/// same.
/// </summary>
sealed unsafe partial class PooledBackward<V> where V : unmanaged, ITileVector<V>
{
    // Below this many input channels a line of taps does not fill vectors, and output channels are the better lanes.
    const int FewChannels = 8;

    readonly PooledDims d;
    readonly PooledOperands o;
    readonly WorkerPool workers;
    readonly int parts;
    readonly bool isFew, needsLists, isInPlace;
    // Channels of a pixel that lie side by side in the maps of the lists, and how many times as many there are.
    readonly int width, groups;
    // A line of taps: of one group, of all.
    readonly nint rowFloats, lineFloats;
    readonly nint groupFloats, mapFloats, weightFloats, partialFloats, threadFloats;
    readonly int* starts, positions;
    readonly float* rows, partials;
    readonly PerThread own;

    public PooledBackward(CpuBackend cpu, in PooledOperands operands, in PooledDims dims)
    {
        (d, o, workers, parts) = (dims, operands, cpu.Workers, BatchParts.Count(dims.N));
        isFew = d.C < FewChannels && !d.IsXInBlocks;
        isInPlace = d.IsXInBlocks && !d.IsPadded;
        needsLists = o.Dx.IsNeeded || !isFew;
        width = d.IsXInBlocks ? d.XBlock : d.C;
        groups = d.C / width;
        // Blocks are whole vectors; two lines of three of them have to follow each other.
        rowFloats = d.IsXInBlocks ? d.S * width : Round(d.S * width);
        lineFloats = groups * rowFloats;
        groupFloats = (nint)d.PaddedH * d.PaddedW * width;
        mapFloats = isInPlace ? 0 : Round(groups * groupFloats + CpuBuffer.Slack);
        nint rowsOfAll = d.K * d.R * lineFloats;
        weightFloats = isFew ? (nint)d.C * Blocks(d.R) * Blocks(d.S) * TapsOfBlock * d.PaddedK : rowsOfAll;
        partialFloats = weightFloats + d.PaddedK;
        nint tables = Round(d.Windows + PooledTile.Cut + 1), list = Round(2 * (d.Windows + 1));
        nint transposed = isFew && !d.IsYInBlocks ? (nint)d.Windows * d.PaddedK : 0;
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
        for (int i = 0; i < d.Windows; i++) starts[i] = (2 * (i / d.Q) * d.PaddedW + 2 * (i % d.Q)) * width;
        for (int i = 0; i < PooledTile.Cut; i++) positions[i] = ((i >> 1) * d.PaddedW + (i & 1)) * width;
        positions[PooledTile.Cut] = 0;
    }

    /// <summary>
    /// [output channel][line of taps][group][tap][input channel of the group], each line filled up with zeros.
    /// </summary>
    void PackRows()
    {
        new Span<float>(rows, checked((int)(d.K * d.R * lineFloats))).Clear();
        int taps = d.R * d.S;
        for (int k = 0; k < d.K; k++)
            for (int r = 0; r < d.R; r++)
                for (int g = 0; g < groups; g++)
                    MapTranspose<V>.Run(
                        o.Weight + ((nint)k * d.C + g * width) * taps + r * d.S, taps,
                        rows + (k * d.R + r) * lineFloats + g * rowFloats, width, width, d.S);
    }

    void Images(int from, int to, float* partial, float* scratch)
    {
        WindowGradient* list = (WindowGradient*)scratch;
        float* copy = scratch + Round(2 * (d.Windows + 1)), dcopy = copy + mapFloats, dyByWindow = dcopy + mapFloats;
        float* dbias = partial + weightFloats;
        nint linesOfAFilter = d.R * lineFloats;
        bool isBoth = !isFew && o.Dw.IsNeeded && o.Dx.IsNeeded && SixVectors > 0;
        if (d.IsPadded) new Span<float>(copy, checked((int)mapFloats)).Clear();
        for (int n = from; n < to; n++)
        {
            float* image = o.X + (nint)n * d.C * d.H * d.W, dy = o.Dy + (nint)n * d.K * d.Windows;
            byte* index = o.Index + (nint)n * d.Windows * d.PaddedK;
            bool hasNext = n + 1 < to;
            if (isFew && hasNext) AskForNext(n + 1, 0, 1);
            if (isFew) FromFewChannels(image, copy, dy, index, dyByWindow, partial, dbias);
            else if (o.Dw.IsNeeded && !isInPlace) Inside(image, copy);
            if (!needsLists) continue;
            float* map = isInPlace ? image : copy, dmap = dcopy;
            if (o.Dx.IsNeeded)
            {
                if (isInPlace) dmap = InputGradient(n);
                if (!o.Dx.Accumulate) new Span<float>(dmap, checked((int)(groups * groupFloats))).Clear();
                else if (!isInPlace) Inside(InputGradient(n), dmap);
            }
            for (int k = 0; k < d.K; k++)
            {
                int count = WindowList.Fill(
                    dy + (nint)(k / d.YBlock * d.YBlock) * d.Windows + k % d.YBlock, d.YBlock, index + k, d.PaddedK,
                    d.Windows, starts, positions, list, out float sum);
                if (!isFew) dbias[k] += sum;
                float* dw = partial + k * linesOfAFilter, w = rows + k * linesOfAFilter;
                if (isBoth) BothRows(list, count, map, dw, w, dmap);
                else if (!isFew && o.Dw.IsNeeded) WeightRows(list, count, map, dw);
                if (!isBoth && o.Dx.IsNeeded) InputRows(list, count, w, dmap);
                if (!isFew && hasNext) AskForNext(n + 1, k, d.K);
            }
            if (o.Dx.IsNeeded && !isInPlace) Outside(dmap, InputGradient(n));
        }
    }

    /// <summary>
    /// Groups whose lines of taps are six vectors together, so that both gradients have registers: one or two; else 0.
    /// </summary>
    int SixVectors => d.S * width == 6 * V.Count ? 1 : d.S * width == 3 * V.Count && groups % 2 == 0 ? 2 : 0;

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

    /// <summary>The map of the lists, from an image as it lies.</summary>
    void Inside(float* image, float* map)
    {
        if (d.IsXInBlocks) PooledForward<V>.CopyInside(image, map, d);
        else if (!d.IsPadded) MapTranspose<V>.Run(image, d.H * d.W, map, d.C, d.C, d.H * d.W);
        else
            for (int h = 0; h < d.H; h++)
                MapTranspose<V>.Run(image + h * d.W, d.H * d.W, At(map, h, d.C), d.C, d.C, d.W);
    }

    /// <summary>The reverse.</summary>
    void Outside(float* map, float* image)
    {
        int line = d.W * width;
        if (d.IsXInBlocks)
            for (int g = 0; g < groups; g++)
                for (int h = 0; h < d.H; h++, image += line)
                    new Span<float>(At(map + g * groupFloats, h, width), line).CopyTo(new Span<float>(image, line));
        else if (!d.IsPadded) MapTranspose<V>.Run(map, d.C, image, d.H * d.W, d.H * d.W, d.C);
        else
            for (int h = 0; h < d.H; h++)
                MapTranspose<V>.Run(At(map, h, d.C), d.C, image + h * d.W, d.H * d.W, d.W, d.C);
    }

    /// <summary>The first pixel of line h inside the padding, of a map with that many floats a pixel.</summary>
    float* At(float* map, int h, int pixel) => map + ((nint)(h + d.Top) * d.PaddedW + d.Left) * pixel;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void WeightRows(WindowGradient* list, int count, float* map, float* dw)
    {
        for (int r = 0; r < d.R; r++, map += (nint)d.PaddedW * width)
            for (int g = 0; g < groups; g++, dw += rowFloats)
                for (nint v = 0, left = d.S * width; left > 0;)
                {
                    float* x = map + g * groupFloats + v;
                    nint vectors = (left + V.Count - 1) / V.Count, taken = vectors >= 6 ? 6 : vectors >= 2 ? 2 : 1;
                    if (taken == 6) SparseRow<V>.Weight<Constant.Six>(list, count, x, dw + v);
                    else if (taken == 2) SparseRow<V>.Weight<Constant.Two>(list, count, x, dw + v);
                    else SparseRow<V>.Weight<Constant.One>(list, count, x, dw + v);
                    v += taken * V.Count;
                    left -= taken * V.Count;
                }
    }

    void BothRows(WindowGradient* list, int count, float* map, float* dw, float* w, float* dmap)
    {
        int together = SixVectors;
        nint line = (nint)d.PaddedW * width, second = together == 1 ? 3 * V.Count : groupFloats;
        for (int r = 0; r < d.R; r++, map += line, dmap += line)
            for (int g = 0; g < groups; g += together, dw += together * rowFloats, w += together * rowFloats)
                SparseRow<V>.Both(list, count, map + g * groupFloats, dw, w, dmap + g * groupFloats, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void InputRows(WindowGradient* list, int count, float* w, float* dmap)
    {
        // A whole line of taps at a time: windows overlap, and a pixel takes its sum in their order.
        nint vectors = (d.S * width + V.Count - 1) / V.Count;
        for (int r = 0; r < d.R; r++, dmap += (nint)d.PaddedW * width)
            for (int g = 0; g < groups; g++, w += rowFloats)
            {
                float* dx = dmap + g * groupFloats;
                if (vectors == 6) SparseRow<V>.Input<Constant.Six>(list, count, w, dx);
                else if (vectors == 2) SparseRow<V>.Input<Constant.Two>(list, count, w, dx);
                else if (vectors == 1) SparseRow<V>.Input<Constant.One>(list, count, w, dx);
                else SparseRow<V>.Input(list, count, w, dx, vectors);
            }
    }

    void FromFewChannels(
        float* image, float* copy, float* dy, byte* index, float* dyByWindow, float* partial, float* dbias)
    {
        // Vectors of channels: where they lie, or in a transposed copy.
        nint step = d.IsYInBlocks ? V.Count : d.PaddedK, channel = d.IsYInBlocks ? d.Windows : 1;
        if (d.IsYInBlocks) dyByWindow = dy;
        else MapTranspose<V>.Run(dy, d.Windows, dyByWindow, d.PaddedK, d.K, d.Windows);
        if (o.Db.IsNeeded) AddBias(dyByWindow, step, channel, index, dbias);
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
                            dyByWindow + k * channel, step, index + k, d.PaddedK, partial + k);
                    }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddBias(float* dy, nint step, nint channel, byte* index, float* dbias)
    {
        for (int k = 0; k < d.K; k += V.Count)
        {
            V sum = default, cut = V.Create(PooledTile.Cut);
            for (nint i = 0; i < d.Windows; i++)
                sum += V.Select(
                    V.Equal(V.LoadBytes(index + i * d.PaddedK + k), cut), default,
                    V.Load(dy + k * channel + i * step));
            V.Store(V.Load(dbias + k) + sum, dbias + k);
        }
    }
}
