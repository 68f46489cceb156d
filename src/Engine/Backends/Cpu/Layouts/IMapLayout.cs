using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// How maps lie in memory, for code that has channels in the lanes. In each of them the first of V.Count channels that
/// begin at c lies at (n * channels + c) * plane.
/// </summary>
unsafe interface IMapLayout<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>Channels whose pixels lie side by side.</summary>
    static abstract int Together { get; }

    /// <summary>Floats from an image's first pixel to that of a channel of it.</summary>
    static abstract nint Channel(int c, nint plane);

    /// <summary>
    /// Into how many tiles of register rows so many channels are cut evenly, so that the channels of a tile are as far
    /// from each other as the first two are.
    /// </summary>
    static abstract int RowTiles(int channels);

    /// <summary>Lines of one vector of channels, channels innermost and 0 outside the map.</summary>
    /// <param name="from">The map's first channel.</param>
    /// <param name="plane">Floats of a channel.</param>
    /// <param name="channels">Channels that exist from there on.</param>
    /// <param name="height">Lines of the map.</param>
    /// <param name="width">Columns of the map.</param>
    /// <param name="top">The first line; those before 0 and past the height are 0.</param>
    /// <param name="left">Columns of zeros before the map's first; negative: columns of it that are left out.</param>
    /// <param name="lines">Lines to write.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="map">Gets [line][column], each a vector.</param>
    /// <param name="pitch">Floats from one column of it to the next.</param>
    static abstract void Lines(
        float* from, nint plane, int channels, int height, int width, int top, int left, int lines, int columns,
        float* map, int pitch);

    /// <summary>
    /// y[channel, first + i] = clip(from[i * pitch + channel] + bias + addend) of one vector of channels.
    /// </summary>
    /// <param name="from">A vector a pixel.</param>
    /// <param name="pitch">Floats from one pixel to the next.</param>
    /// <param name="pixels">Pixels in a row, of one image.</param>
    /// <param name="y">Maps, at the first channel of the first image of all.</param>
    /// <param name="plane">Floats of a channel, in y and in the addend.</param>
    /// <param name="image">Floats before the image's first channel in y and in the addend.</param>
    /// <param name="first">The first pixel.</param>
    /// <param name="epilogue">What is added, and whether ReLU follows.</param>
    /// <param name="channels">Channels of the vector that exist.</param>
    static abstract void Write(
        float* from, int pitch, int pixels, float* y, nint plane, nint image, int first, in Epilogue epilogue,
        int channels);
}
