using System.IO.Compression;

namespace TripletGpu.Models.Serialization;

/// <summary>What a file is that was given where another kind is expected, and how it becomes that kind.</summary>
static class ForeignFile
{
    const int MostNames = 4;

    static ReadOnlySpan<byte> Zip => "PK\x03\x04"u8;

    static ReadOnlySpan<byte> Hdf5 => [0x89, (byte)'H', (byte)'D', (byte)'F'];

    /// <summary>A clause for a message, or null where the file is none of those that people mix up.</summary>
    /// <param name="stream">At any place; left there.</param>
    public static string? Describe(Stream stream)
    {
        long place = stream.Position;
        stream.Position = 0;
        byte[] start = new byte[4];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        string? found = read < start.Length ? null
            : Zip.SequenceEqual(start) ? DescribeZip(stream)
            : Hdf5.SequenceEqual(start)
            ? "it is HDF5, as Keras saves weights; export the network as ONNX (tf2onnx), and triplet import takes it"
            // A pickle of protocol 2 to 5.
            : start is [0x80, >= 2 and <= 5, ..] ? PyTorch
            : null;
        stream.Position = place;
        return found;
    }

    static string PyTorch => "it is PyTorch's pickle; in Python: safetensors.torch.save_file("
        + "torch.load('FILE', map_location='cpu'), 'FILE.safetensors') writes its state_dict";

    static string? DescribeZip(Stream stream)
    {
        try
        {
            stream.Position = 0;
            using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.Entries.Any(entry => entry.Name == "data.pkl")) return PyTorch;
            string[] arrays =
            [
                .. zip.Entries.Where(entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal))
                    .Select(entry => entry.FullName[..^4]),
            ];
            if (arrays.Length == 0) return "it is a zip archive";
            string names = string.Join(", ", arrays.Take(MostNames))
                + (arrays.Length > MostNames ? $" and {arrays.Length - MostNames} more" : "");
            return $"it is an .npz, a zip of arrays ({names}); numpy: numpy.save('FILE.npy',"
                + $" numpy.load('FILE.npz')['{arrays[0]}'])";
        }
        catch (InvalidDataException)
        {
            return "it is a damaged zip archive";
        }
    }
}
