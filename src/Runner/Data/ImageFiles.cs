using System.Collections.Concurrent;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Image files decoded on demand to one shape, as bytes. What has been decoded is kept until the bound is reached; the
/// rest is decoded again each time. Safe from several threads.
/// </summary>
/// <param name="paths">The files.</param>
/// <param name="shape">(C, H, W) with 1 or 3 channels.</param>
/// <param name="mostCachedBytes">How much may be kept.</param>
sealed class ImageFiles(IReadOnlyList<string> paths, Shape shape, long mostCachedBytes)
{
    readonly byte[]?[] cache = new byte[]?[paths.Count];
    long cachedBytes;

    /// <summary>The files.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>(C, H, W) of each image.</summary>
    public Shape Shape => shape;

    /// <summary>Decodes every file once, on all cores, and returns those that cannot be decoded.</summary>
    /// <exception cref="UserErrorException">A library that decoding needs is missing.</exception>
    public IReadOnlyDictionary<int, string> FindBroken()
    {
        ConcurrentDictionary<int, string> broken = [];
        try
        {
            Parallel.For(0, paths.Count, i =>
            {
                try
                {
                    Read(i);
                }
                catch (ImageFormatException exception)
                {
                    broken[i] = exception.Message;
                }
            });
        }
        catch (AggregateException exception) when (exception.InnerException is UserErrorException error)
        {
            throw new UserErrorException(error.Message, exception);
        }
        return broken;
    }

    /// <summary>Writes an image as C H W floats in [0, 1].</summary>
    /// <exception cref="UserErrorException">The file cannot be decoded (any more).</exception>
    public void Copy(int index, Span<float> pixels)
    {
        try
        {
            byte[] bytes = Read(index);
            for (int i = 0; i < bytes.Length; i++) pixels[i] = bytes[i] / 255f;
        }
        catch (ImageFormatException exception)
        {
            throw new UserErrorException($"{paths[index]}: {exception.Message}", exception);
        }
    }

    byte[] Read(int index)
    {
        if (Volatile.Read(ref cache[index]) is { } cached) return cached;
        byte[] planes = new byte[shape.Count];
        ImageFile.Decode(paths[index]).Fit(shape, planes);
        if (Interlocked.Add(ref cachedBytes, planes.Length) <= mostCachedBytes)
            Volatile.Write(ref cache[index], planes);
        else Interlocked.Add(ref cachedBytes, -planes.Length);
        return planes;
    }
}
