using System.IO.Compression;

namespace TripletGpu.Runner.Book.Steps;

/// <summary>
/// The first batch of <c>mnist-small</c> with seed 1, which is part of the program, so that the walked step needs no
/// download: 100 images of 28 x 28 as they go into the network, and their labels.
/// </summary>
sealed class StepBatch
{
    /// <summary>How many images.</summary>
    public const int Size = 100;

    /// <summary>Pixels in a row or column of an image.</summary>
    public const int Edge = 28;

    const string Resource = "Book/Steps/batch.bin.gz";

    StepBatch(byte[] bytes) => this.bytes = bytes;

    readonly byte[] bytes;

    /// <summary>Reads the program's.</summary>
    public static StepBatch Read()
    {
        using Stream packed = typeof(StepBatch).Assembly.GetManifestResourceStream(Resource)!;
        using GZipStream stream = new(packed, CompressionMode.Decompress);
        byte[] bytes = new byte[Size + Size * Edge * Edge];
        stream.ReadExactly(bytes);
        return new(bytes);
    }

    /// <summary>The digit of each image.</summary>
    public int[] Labels => Array.ConvertAll(bytes[..Size], b => (int)b);

    /// <summary>The pixels as in the files of MNIST, image by image.</summary>
    public ReadOnlySpan<byte> Grey => bytes.AsSpan(Size);

    /// <summary>The pixels in [0, 1], as data sets give them.</summary>
    public float[] Pixels()
    {
        float[] pixels = new float[Size * Edge * Edge];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = Grey[i] / 255f;
        return pixels;
    }

    /// <summary>What is stored of a batch; a test writes it.</summary>
    public static byte[] Pack(int[] labels, float[] pixels)
    {
        using MemoryStream packed = new();
        using (GZipStream stream = new(packed, CompressionLevel.SmallestSize))
        {
            stream.Write(Array.ConvertAll(labels, l => (byte)l));
            stream.Write(Array.ConvertAll(pixels, p => (byte)MathF.Round(p * 255)));
        }
        return packed.ToArray();
    }
}
