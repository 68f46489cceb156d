using System.Runtime.InteropServices;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// For each pixel of one plane the pixels of the other that a window joins to it, with their places r * S + s in the
/// window, lowest place first: the sums over a window, or over the windows of a pixel, without padding and whatever the
/// stride.
/// </summary>
sealed unsafe class WindowTaps
{
    readonly int[] starts, pixels, places;

    WindowTaps(int[] starts, List<(int Pixel, int Place)> taps)
    {
        this.starts = starts;
        (pixels, places) = (Pinned(taps.Count), Pinned(taps.Count));
        for (int i = 0; i < taps.Count; i++) (pixels[i], places[i]) = taps[i];
    }

    /// <summary>The number of pixels that have taps.</summary>
    public int Count => starts.Length - 1;

    /// <summary>Where a pixel's taps start; for the pixel past the last their end.</summary>
    public int* Starts => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(starts, 0);

    /// <summary>The other plane's pixels.</summary>
    public int* Pixels => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(pixels, 0);

    /// <summary>Their places in the window.</summary>
    public int* Places => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(places, 0);

    /// <summary>The input's pixels that each output's window covers.</summary>
    public static WindowTaps OfOutputs(PlaneWindow d) => Build(d.P * d.Q, d, (output, r, s) =>
    {
        int h = output / d.Q * d.StrideH - d.Top + r, w = output % d.Q * d.StrideW - d.Left + s;
        return (uint)h < (uint)d.H && (uint)w < (uint)d.W ? h * d.W + w : -1;
    });

    /// <summary>The outputs whose windows cover each pixel of the input.</summary>
    public static WindowTaps OfInputs(PlaneWindow d) => Build(d.H * d.W, d, (input, r, s) =>
    {
        int h = input / d.W + d.Top - r, w = input % d.W + d.Left - s;
        if (h < 0 || w < 0 || h % d.StrideH != 0 || w % d.StrideW != 0) return -1;
        (int p, int q) = (h / d.StrideH, w / d.StrideW);
        return p < d.P && q < d.Q ? p * d.Q + q : -1;
    });

    static WindowTaps Build(int count, PlaneWindow d, Func<int, int, int, int> find)
    {
        int[] starts = Pinned(count + 1);
        List<(int Pixel, int Place)> taps = [];
        for (int i = 0; i < count; i++)
        {
            for (int r = 0; r < d.R; r++)
                for (int s = 0; s < d.S; s++)
                    if (find(i, r, s) is >= 0 and int pixel) taps.Add((pixel, r * d.S + s));
            starts[i + 1] = taps.Count;
        }
        return new WindowTaps(starts, taps);
    }

    static int[] Pinned(int count) => GC.AllocateArray<int>(count, pinned: true);
}
