using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>
/// One pixel of the full map that a gradient reaches: where its filter lies on the input, and the gradient.
/// </summary>
/// <param name="Offset">Floats from the start of a [pixel][channel] input to the pixel under the first tap.</param>
/// <param name="Gradient">dy of the window.</param>
readonly record struct WindowGradient(int Offset, float Gradient);

/// <summary>
/// The gradient before a 2x2 max pool and a ReLU is zero but for one pixel a window, or none: a list instead of a map.
/// </summary>
static unsafe class WindowList
{
    /// <summary>Lists what one channel of one image passes on.</summary>
    /// <param name="dy">[window] of the channel.</param>
    /// <param name="step">Floats of dy from one window to the next.</param>
    /// <param name="index">[window][K padded], at the channel.</param>
    /// <param name="stride">K padded.</param>
    /// <param name="windows">Windows.</param>
    /// <param name="starts">Offset of each window's first pixel.</param>
    /// <param name="positions">Offset of each of the four pixels within a window, and 0 for none.</param>
    /// <param name="list">Room for one entry more than there are windows.</param>
    /// <param name="sum">The sum of the gradients listed.</param>
    /// <returns>The number of entries.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Fill(
        float* dy, nint step, byte* index, nint stride, int windows, int* starts, int* positions, WindowGradient* list,
        out float sum)
    {
        int count = 0;
        float total = 0;
        for (int i = 0; i < windows; i++)
        {
            int at = *index;
            float g = at == PooledTile.Cut ? 0 : *dy;
            list[count] = new WindowGradient(starts[i] + positions[at], g);
            count += g != 0 ? 1 : 0;
            total += g;
            dy += step;
            index += stride;
        }
        sum = total;
        return count;
    }
}
