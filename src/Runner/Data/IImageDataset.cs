using System.Runtime.ExceptionServices;
using TripletGpu.Models;

namespace TripletGpu.Runner.Data;

/// <summary>Labelled images of one size, in memory or read on demand. Reading is safe from several threads.</summary>
public interface IImageDataset
{
    /// <summary>For messages and reports: <c>mnist train</c>.</summary>
    string Name { get; }

    /// <summary>The shape of one image: (C, H, W).</summary>
    Shape ImageShape { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The class of each image, 0 .. <see cref="Classes"/> - 1.</summary>
    ReadOnlySpan<int> Labels { get; }

    /// <summary>The number of classes, of this part and of the others.</summary>
    int Classes { get; }

    /// <summary>The classes' names, by label.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>What the data itself calls a class by number; labels are counted up without gaps.</summary>
    long IdOf(int label) => label;

    /// <summary>The file of an image; null where it has none of its own.</summary>
    string? PathOf(int index) => null;

    /// <summary>Whether reading an image takes so long, as decoding a file does, that several threads should.</summary>
    bool IsCostly => false;

    /// <summary>
    /// Calls <paramref name="read"/> for 0 .. <paramref name="count"/> - 1, in any order and from several threads if
    /// reading is costly.
    /// </summary>
    void Read(int count, Action<int> read)
    {
        if (!IsCostly)
        {
            for (int i = 0; i < count; i++) read(i);
            return;
        }
        try
        {
            Parallel.For(0, count, read);
        }
        catch (AggregateException exception) when (exception.InnerException is UserErrorException error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>
    /// Writes image <paramref name="index"/> as C H W floats; pixels that are stored as bytes are scaled to [0, 1].
    /// </summary>
    void CopyImage(int index, Span<float> pixels);
}
