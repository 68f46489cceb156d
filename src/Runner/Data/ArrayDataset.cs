using System.Globalization;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>Images and labels from two .npy files.</summary>
public static class ArrayDataset
{
    // Classes are counted in arrays by label, and each has a name.
    const int MostClasses = 1 << 20;

    /// <summary>
    /// Reads images, [n, c, h, w] or [n, h, w]: bytes become [0, 1], other numbers are used as they are; and integer
    /// labels from 0, [n].
    /// </summary>
    /// <exception cref="UserErrorException">
    /// A file cannot be read, the two do not belong together, a pixel is not finite or a label is out of range.
    /// </exception>
    public static MemoryDataset Read(string name, string imagesPath, string labelsPath)
    {
        NpyHeader header = Npy.ReadHeader(imagesPath);
        Shape shape = header.Shape;
        if (shape.Rank is not (3 or 4)) throw new UserErrorException(
            $"{imagesPath} has shape {shape}; images are [n, channels, height, width] or [n, height, width]");
        if (shape.Count == 0) throw new UserErrorException($"{imagesPath} has shape {shape}: it holds no pixels");
        Shape image = shape.Rank == 3 ? new(1, shape[1], shape[2]) : new(shape[1], shape[2], shape[3]);
        int[] labels = ReadLabels(labelsPath, shape[0], imagesPath);
        string[] names = [.. Enumerable.Range(0, labels.Max() + 1)
            .Select(c => c.ToString(CultureInfo.InvariantCulture))];
        return header.Element.IsByte ? new(name, image, Npy.ReadBytes(imagesPath).Values, labels, names)
            : new(name, image, Npy.ReadFloats(imagesPath).Values, labels, names);
    }

    /// <summary>Reads labels for so many rows of another file.</summary>
    /// <exception cref="UserErrorException">They are not [n], or one is out of range.</exception>
    public static int[] ReadLabels(string path, int count, string rowsPath)
    {
        NpyArray<int> labels = Npy.ReadIntegers(path);
        if (labels.Shape != new Shape(count)) throw new UserErrorException(
            $"{path} has shape {labels.Shape}, but {rowsPath} has {count} rows; labels are [{count}]");
        int wrong = labels.Values.AsSpan().IndexOfAnyExceptInRange(0, MostClasses - 1);
        if (wrong >= 0) throw new UserErrorException(
            $"{path}: label {wrong} is {labels.Values[wrong]}; labels go from 0 to {MostClasses - 1}");
        return labels.Values;
    }
}
