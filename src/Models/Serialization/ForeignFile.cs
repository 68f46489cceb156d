using System.Buffers.Binary;
using System.IO.Compression;

namespace TripletGpu.Models.Serialization;

/// <summary>What a file is that was given where another kind is expected, and how it becomes that kind.</summary>
public static class ForeignFile
{
    const int MostNames = 4, HeadBytes = 16;

    static ReadOnlySpan<byte> Zip => "PK\x03\x04"u8;

    static ReadOnlySpan<byte> Hdf5 => [0x89, (byte)'H', (byte)'D', (byte)'F'];

    static ReadOnlySpan<byte> Numpy => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>A clause for a message, or null where the file is none of those that people mix up.</summary>
    /// <param name="stream">At any place; left there.</param>
    /// <param name="wanted">What should be in its place.</param>
    public static string? Describe(Stream stream, WantedFile wanted)
    {
        long place = stream.Position;
        stream.Position = 0;
        byte[] head = new byte[HeadBytes];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        string? found = Describe(head.AsSpan(0, read), stream, wanted);
        stream.Position = place;
        return found;
    }

    static string? Describe(ReadOnlySpan<byte> head, Stream stream, WantedFile wanted)
    {
        if (head.StartsWith(Zip)) return DescribeZip(stream, wanted);
        if (head.StartsWith(Hdf5)) return $"it is HDF5, as Keras saves networks; {OfKeras(wanted)}";
        if (head.StartsWith(Numpy)) return "it is an .npy: one array and no network";
        // A pickle of protocol 2 to 5.
        if (head is [0x80, >= 2 and <= 5, ..]) return OfPyTorch(wanted);
        if (IsOnnx(head) && wanted is not (WantedFile.Network or WantedFile.NetworkOrWeights))
            return "it is an ONNX file" + wanted switch
            {
                WantedFile.Weights => "; triplet import makes weights of it",
                WantedFile.Configuration => "; a configuration names it by model.kind=onnx and model.path",
                _ => "",
            };
        if (wanted == WantedFile.Array && UnreadImage(head) is { } image)
            return $"it is {image}, and of images only PNG, JPEG, BMP and WebP are read";
        if (IsSafeTensors(head, stream.Length) && wanted is not (WantedFile.Weights or WantedFile.NetworkOrWeights))
            return "it is a .safetensors: weights by name, without the network that they are of";
        return null;
    }

    static string? UnreadImage(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("GIF8"u8)) return "a GIF";
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8)) return "a TIFF";
        // A box's length, the word ftyp, the brand.
        if (head.Length < 12 || !head[4..].StartsWith("ftyp"u8)) return null;
        return head[8..].StartsWith("avif"u8) ? "an AVIF"
            : head[8..].StartsWith("hei"u8) || head[8..].StartsWith("mif1"u8) ? "a HEIC, as telephones take"
            : null;
    }

    // Field 1, the version of the format, then one of the first fields: the producer's names, the graph.
    static bool IsOnnx(ReadOnlySpan<byte> head) => head is [0x08, >= 1 and <= 32, 0x12 or 0x1A or 0x22 or 0x3A, ..];

    static bool IsSafeTensors(ReadOnlySpan<byte> head, long length) => head is [_, _, _, _, _, _, _, _, (byte)'{', ..]
        && BinaryPrimitives.ReadUInt64LittleEndian(head) <= (ulong)(length - 8);

    static string OfPyTorch(WantedFile wanted) => "it is PyTorch's pickle; in Python: " + wanted switch
    {
        WantedFile.Array => "numpy.save('FILE.npy', torch.load('FILE', map_location='cpu').numpy()) writes its tensor",
        WantedFile.Weights => "safetensors.torch.save_file(torch.load('FILE', map_location='cpu'), 'FILE.safetensors')"
            + " writes its state_dict",
        _ => "torch.onnx.export(network, torch.zeros(1, 3, 224, 224), 'FILE.onnx', dynamic_axes={'input': {0: 'n'}},"
            + " input_names=['input']) writes the network that it belongs to",
    };

    static string OfKeras(WantedFile wanted) => "export the network as ONNX"
        + " (tf2onnx.convert.from_keras(network, output_path='FILE.onnx'))"
        + (wanted == WantedFile.Weights ? ", and triplet import takes it" : "");

    static string? DescribeZip(Stream stream, WantedFile wanted)
    {
        try
        {
            stream.Position = 0;
            using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.Entries.Any(entry => entry.Name == "data.pkl")) return OfPyTorch(wanted);
            if (zip.Entries.Any(entry => entry.FullName == "model.weights.h5"))
                return $"it is a .keras file; {OfKeras(wanted)}";
            string[] arrays =
            [
                .. zip.Entries.Where(entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal))
                    .Select(entry => entry.FullName[..^4]),
            ];
            if (arrays.Length == 0) return "it is a zip archive";
            string names = string.Join(", ", arrays.Take(MostNames))
                + (arrays.Length > MostNames ? $" and {arrays.Length - MostNames} more" : "");
            string way = wanted == WantedFile.Array
                ? $"; numpy: numpy.save('FILE.npy', numpy.load('FILE.npz')['{arrays[0]}'])"
                : "";
            return $"it is an .npz, a zip of arrays ({names}){way}";
        }
        catch (InvalidDataException)
        {
            return "it is a damaged zip archive";
        }
    }
}
