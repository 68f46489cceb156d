using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// The transforms between maps or filters and the 36 points of tiles. Vector lanes are channels: a map's lines are
/// turned to channels innermost once, a vector of channels at a time, and every tile over a pixel reads that copy.
/// A point's matrix is [tile][channel], <c>pitch</c> floats a tile.
/// </summary>
static unsafe class WinogradTransforms<F, V>
    where F : struct, IWinogradForm where V : unmanaged, ITileVector<V>
{
    const int Points = SixPoints.Count;

    // Of any form and any instruction set.
    const int MostTaps = 25, MostLanes = 16;

    // Input channels between a filter's use and the one that is asked for.
    const int Ahead = 16;

    /// <summary>
    /// Floats from one tile's channels to the next one's: an odd number of cache lines, because an even one (a power of
    /// two, usually) would let all tiles meet in a few sets of the cache.
    /// </summary>
    public static int Pitch(int channels) => (channels + 2 * V.Count - 1) / (2 * V.Count) * 2 * V.Count + V.Count;

    /// <summary>Floats of the map that <see cref="Input"/> works on.</summary>
    public static int InputMapSize(TileGrid grid) =>
        (F.Outputs * grid.Down + F.Taps - 1) * (F.Outputs * grid.Across + F.Taps - 1) * V.Count;

    /// <summary>
    /// v[point][tile][channel - first] = B' x B for the tiles of a block and whole vectors of channels first .. end;
    /// those that x does not have become 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Input<M>(
        float* x, in ConvolutionShape d, int first, int end, TileBlock block, float* map, float* v, int pitch,
        nint pointStep)
        where M : struct, IMapLayout<V>
    {
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        int m = F.Outputs, lines = m * block.Lines + F.Taps - 1, columns = m * block.Across + F.Taps - 1;
        nint plane = (nint)d.H * d.W, line = (nint)columns * V.Count;
        for (int c = first; c < end; c += V.Count)
        {
            float* to = v + c - first;
            for (int n = block.FirstImage; n < block.EndImage; n++)
            {
                M.Lines(
                    x + ((nint)n * d.C + c) * plane, plane, d.C - c, d.H, d.W, m * block.FirstLine - d.Top, d.Left,
                    lines, columns, map, V.Count);
                for (int p = 0; p < block.Lines; p++)
                    for (int q = 0; q < block.Across; q++, to += pitch)
                    {
                        float* at = map + (m * p * line) + (nint)m * q * V.Count;
                        for (int j = 0; j < Points; j++, at += V.Count)
                            SixPoints.Input(
                                V.Load(at), V.Load(at + line), V.Load(at + 2 * line), V.Load(at + 3 * line),
                                V.Load(at + 4 * line), V.Load(at + 5 * line), (float*)(e + j), Points * V.Count);
                        for (int i = 0; i < Points; i++)
                        {
                            V* r = e + Points * i;
                            SixPoints.Input(
                                r[0], r[1], r[2], r[3], r[4], r[5], to + Points * i * pointStep, pointStep);
                        }
                    }
            }
        }
    }

    /// <summary>d[point][tile][channel] = A dy A' for the tiles of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void OutputGradient<M>(
        float* dy, int channels, int height, int width, TileBlock block, float* map, float* d, int pitch,
        nint pointStep)
        where M : struct, IMapLayout<V>
    {
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        V* patchRoom = stackalloc V[Points * Points + 1], patch = StackVectors.Align(patchRoom);
        int m = F.Outputs, lines = m * block.Lines, columns = m * block.Across;
        nint plane = (nint)height * width, line = (nint)columns * V.Count;
        for (int c = 0; c < pitch - V.Count; c += V.Count)
        {
            float* to = d + c;
            for (int n = block.FirstImage; n < block.EndImage; n++)
            {
                M.Lines(
                    dy + ((nint)n * channels + c) * plane, plane, channels - c, height, width,
                    m * block.FirstLine, 0, lines, columns, map, V.Count);
                for (int p = 0; p < block.Lines; p++)
                    for (int q = 0; q < block.Across; q++, to += pitch)
                    {
                        float* g = map + m * p * line + (nint)m * q * V.Count;
                        for (int i = 0; i < m; i++)
                            for (int j = 0; j < m; j++) patch[i * m + j] = V.Load(g + i * line + j * V.Count);
                        for (int j = 0; j < m; j++)
                            F.OutputGradient<V>(patch + j, m, (float*)(e + j), m * V.Count);
                        for (int i = 0; i < Points; i++)
                            F.OutputGradient<V>(e + i * m, 1, to + Points * i * pointStep, pointStep);
                    }
            }
        }
    }

    /// <summary>
    /// y = A' z A for the tiles of a block and one vector of channels, + bias + addend, then ReLU if asked for.
    /// </summary>
    /// <param name="z">The products of the vector's first channel: [point][tile], pitch and pointStep apart.</param>
    /// <param name="pitch">Floats between tiles.</param>
    /// <param name="pointStep">Floats between points.</param>
    /// <param name="block">The tiles.</param>
    /// <param name="map">Scratch memory for the block's outputs of one image.</param>
    /// <param name="y">The maps, at the vector's first channel of the first image of all.</param>
    /// <param name="epilogue">What is added, and what the sums are clipped to.</param>
    /// <param name="channels">Channels of y.</param>
    /// <param name="valid">Channels of this vector that exist.</param>
    /// <param name="height">Lines of y.</param>
    /// <param name="width">Columns of y.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Output<M>(
        float* z, int pitch, nint pointStep, TileBlock block, float* map, float* y, in Epilogue epilogue, int channels,
        int valid, int height, int width)
        where M : struct, IMapLayout<V>
    {
        V* pointsRoom = stackalloc V[Points * Points + 1], points = StackVectors.Align(pointsRoom);
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        V* patchRoom = stackalloc V[Points * Points + 1], patch = StackVectors.Align(patchRoom);
        int m = F.Outputs, p0 = block.FirstLine * m, lines = Math.Min(block.EndLine * m, height) - p0;
        int pixels = lines * width;
        nint plane = (nint)height * width;
        for (int n = block.FirstImage; n < block.EndImage; n++)
        {
            for (int p = 0; p < block.Lines; p++)
                for (int q = 0; q < block.Across; q++, z += pitch)
                {
                    for (int i = 0; i < Points * Points; i++) points[i] = V.Load(z + i * pointStep);
                    for (int j = 0; j < Points; j++)
                        F.Output<V>(points + j, Points, (float*)(e + j), Points * V.Count);
                    for (int i = 0; i < m; i++) F.Output<V>(e + i * Points, 1, (float*)(patch + i * m), V.Count);
                    int high = Math.Min(m, lines - p * m), wide = Math.Min(m, width - q * m);
                    float* to = map + ((nint)p * m * width + q * m) * V.Count;
                    for (int i = 0; i < high; i++, to += (nint)width * V.Count)
                        for (int j = 0; j < wide; j++) V.Store(patch[i * m + j], to + j * V.Count);
                }
            M.Write(map, V.Count, pixels, y, plane, (nint)n * channels * plane, p0 * width, epilogue, valid);
        }
    }

    /// <summary>
    /// u[point][c][lane] = G g G' of one vector of output channels (the lanes) and all input channels.
    /// </summary>
    /// <param name="w">The filter of the first lane and input channel.</param>
    /// <param name="laneStep">Floats between the filters of neighbouring lanes.</param>
    /// <param name="depthStep">Floats between the filters of neighbouring input channels.</param>
    /// <param name="lanes">Lanes that exist; the others become 0.</param>
    /// <param name="depth">Input channels.</param>
    /// <param name="isFlipped">Turns the filters round, for the input's gradient.</param>
    /// <param name="u">The vector's place for the first input channel; 2 vectors apart for the next.</param>
    /// <param name="pointStep">Floats between points.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Filter(
        float* w, nint laneStep, nint depthStep, int lanes, int depth, bool isFlipped, float* u, nint pointStep)
    {
        int r = F.Taps, taps = r * r;
        V* turnedRoom = stackalloc V[48 + 1], turned = StackVectors.Align(turnedRoom);
        V* gRoom = stackalloc V[32 + 1], g = StackVectors.Align(gRoom);
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        for (int c = 0; c < depth; c++, w += depthStep, u += 2 * V.Count)
        {
            for (int t = 0; t < taps; t += V.Count)
                V.Transpose(w + t, laneStep, lanes, Math.Min(V.Count, taps - t), (float*)(turned + t), V.Count);
            V* taken = turned;
            if (isFlipped)
            {
                for (int t = 0; t < taps; t++) g[t] = turned[taps - 1 - t];
                taken = g;
            }
            for (int j = 0; j < r; j++) F.Filter<V>(taken + j, r, (float*)(e + j), r * V.Count);
            for (int i = 0; i < Points; i++) F.Filter<V>(e + i * r, 1, u + Points * i * pointStep, pointStep);
        }
    }

    /// <summary>u[point][c][lane] = G g G' of filters that have their output channels in the lanes.</summary>
    /// <param name="w">The vector's taps, channel by channel, each 2 vectors behind the one before.</param>
    /// <param name="depth">Input channels.</param>
    /// <param name="u">The vector's place for the first input channel; 2 vectors apart for the next.</param>
    /// <param name="pointStep">Floats between points.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Filter(float* w, int depth, float* u, nint pointStep)
    {
        int r = F.Taps, taps = r * r;
        V* gRoom = stackalloc V[32 + 1], g = StackVectors.Align(gRoom);
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        for (int c = 0; c < depth; c++, u += 2 * V.Count)
        {
            for (int t = 0; t < taps; t++, w += 2 * V.Count)
            {
                V.PrefetchToL2(w + Ahead * taps * 2 * V.Count);
                g[t] = V.Load(w);
            }
            for (int j = 0; j < r; j++) F.Filter<V>(g + j, r, (float*)(e + j), r * V.Count);
            for (int i = 0; i < Points; i++) F.Filter<V>(e + i * r, 1, u + Points * i * pointStep, pointStep);
        }
    }

    /// <summary>dw (+)= G' z G for one vector of input channels (the lanes) of one output channel.</summary>
    /// <param name="z">The points' sums.</param>
    /// <param name="pointStep">Floats between points.</param>
    /// <param name="dw">The gradient of the first lane's filter; the others follow.</param>
    /// <param name="lanes">Input channels that exist.</param>
    /// <param name="add">Add to what dw holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void FilterGradient(float* z, nint pointStep, float* dw, int lanes, bool add)
    {
        int r = F.Taps, taps = r * r;
        V* pointsRoom = stackalloc V[Points * Points + 1], points = StackVectors.Align(pointsRoom);
        V* eRoom = stackalloc V[Points * Points + 1], e = StackVectors.Align(eRoom);
        V* gRoom = stackalloc V[48 + 1], g = StackVectors.Align(gRoom);
        float* turned = stackalloc float[MostLanes * (MostTaps + 1)];
        for (int i = 0; i < Points * Points; i++) points[i] = V.Load(z + i * pointStep);
        for (int j = 0; j < Points; j++) F.FilterGradient<V>(points + j, Points, (float*)(e + j), Points * V.Count);
        for (int i = 0; i < r; i++) F.FilterGradient<V>(e + i * Points, 1, (float*)(g + i * r), V.Count);
        // From the last taps on: what a vector of them runs over is written next.
        for (int t = (taps - 1) / V.Count * V.Count; t >= 0; t -= V.Count)
            V.Transpose((float*)(g + t), V.Count, Math.Min(V.Count, taps - t), lanes, turned + t, taps);
        for (int i = 0; i < lanes * taps; i += V.Count)
        {
            int count = Math.Min(V.Count, lanes * taps - i);
            V value = V.Load(turned + i);
            if (add) value += V.LoadMasked(dw + i, V.FirstLanes(count));
            V.Store(value, dw + i, count);
        }
    }
}
