using TripletGpu.Models.Text;

namespace TripletGpu.Models.Serialization;

/// <summary>
/// An .npy file of float32 that is written batch by batch: it is in its place only once all of it is there.
/// </summary>
public sealed class NpyWriter : IDisposable
{
    readonly string path;
    readonly PendingFile file;
    readonly int? rows;
    long written;

    /// <param name="path">The file.</param>
    /// <param name="rows">
    /// How many rows (places of the first axis) there will be; null where one call brings everything.
    /// </param>
    /// <exception cref="UserErrorException">The folder cannot be written.</exception>
    public NpyWriter(string path, int? rows)
    {
        (this.path, this.rows) = (path, rows);
        file = new PendingFile(path);
    }

    /// <summary>The extents of the whole array; known from the first rows on.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Writes the next rows.</summary>
    /// <param name="shape">Their extents.</param>
    /// <param name="values">Their elements.</param>
    /// <exception cref="UserErrorException">The disk is full.</exception>
    /// <exception cref="ArgumentException">They are not rows like those before.</exception>
    public void Append(Shape shape, ReadOnlyMemory<float> values)
    {
        if (values.Length != shape.Count)
            throw new ArgumentException($"{Counted.Of(values.Length, "value")} do not make an array of shape {shape}");
        if (written == 0)
        {
            Shape = rows is { } all ? shape.With(0, all) : shape;
            byte[] header = NpyHeader.Write("<f4", Shape);
            file.Write(stream => stream.Write(header));
        }
        else if (shape.With(0, Shape[0]) != Shape)
            throw new ArgumentException($"rows of shape {shape} do not belong to an array of shape {Shape}");
        file.Write(stream => stream.WriteLittleEndian(values.Span));
        written += values.Length;
    }

    /// <summary>Puts the file in its place.</summary>
    /// <exception cref="UserErrorException">The disk is full.</exception>
    /// <exception cref="InvalidOperationException">There are fewer or more rows than were said.</exception>
    public void Commit()
    {
        if (written != Shape.Count)
            throw new InvalidOperationException(
                $"{path}: {Counted.Of(written, "value")} are no array of shape {Shape}");
        file.Commit();
    }

    /// <summary>Removes a file that is not whole.</summary>
    public void Dispose() => file.Dispose();
}
