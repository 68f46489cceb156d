using TripletGpu.Runner.Data;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Embedding;

/// <summary>The PNG and JPEG files under a folder, in the order of their paths.</summary>
static class ImageFolder
{
    static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];

    /// <summary>Reads every image; they must have the model's size.</summary>
    /// <param name="folder">Searched with its folders.</param>
    /// <param name="shape">(C, H, W), C is 1 for grey or 3 for colours.</param>
    /// <exception cref="UserErrorException">There is no image, or one cannot be read or has another size.</exception>
    public static EmbeddingInput Open(string folder, Shape shape)
    {
        string[] paths = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        if (paths.Length == 0) throw new UserErrorException($"{folder} holds no image ({string.Join(", ", Extensions)})");
        byte[] pixels = new byte[paths.Length * shape.Count];
        for (int i = 0; i < paths.Length; i++)
            Read(paths[i], shape, pixels.AsSpan((int)(i * shape.Count), (int)shape.Count));
        return new EmbeddingInput(
            new MemoryDataset(folder, shape, pixels, new int[paths.Length], ["?"]),
            [.. paths.Select(path => Path.GetRelativePath(folder, path))]);
    }

    static void Read(string path, Shape shape, Span<byte> planes)
    {
        PixelImage image;
        try
        {
            image = ImageFile.Decode(path);
        }
        catch (ImageFormatException exception)
        {
            throw new UserErrorException($"{path}: {exception.Message}", exception);
        }
        if (image.Width != shape[2] || image.Height != shape[1])
            throw new UserErrorException($"{path} is {image.Width} x {image.Height}, but the model takes {shape[2]} x {shape[1]} pixels");
        int count = image.Width * image.Height;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> color = image.Pixels.AsSpan(3 * i, 3);
            // ITU-R BT.601, as image libraries turn colours into grey.
            if (shape[0] == 1) planes[i] = (byte)Math.Round(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]);
            else
                for (int c = 0; c < 3; c++) planes[c * count + i] = color[c];
        }
    }
}
