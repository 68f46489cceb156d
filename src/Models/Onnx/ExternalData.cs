using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// Tensor data in a file beside the model. The file must lie in the model's folder or below it: a model from elsewhere
/// must not make the program read other files.
/// </summary>
static class ExternalData
{
    /// <summary>Reads exactly <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="UserErrorException">The location leads out of the folder, or the file is too short.</exception>
    public static byte[] Read(TensorProto tensor, long bytes, string modelPath, string what)
    {
        string location = Entry(tensor, "location")
            ?? throw new UserErrorException($"{what} has external data but no location");
        long offset = Number(tensor, "offset", 0, what), length = Number(tensor, "length", bytes, what);
        if (length != bytes)
            throw new UserErrorException(
                $"{what} names {Counted.Of(length, "byte")} of external data, but its extents need {bytes:N0}");
        string path = Resolve(location, modelPath, what);
        // Asked before the file is opened: a pipe would be waited for, and has no length.
        long size = new FileInfo(path) is { Exists: true } found ? found.Length : long.MaxValue;
        if (offset > size - bytes)
            throw new UserErrorException(
                $"{what}: {Counted.Of(bytes, "byte")} at {offset:N0} of {location} are asked for, but it has"
                + $" {size:N0}");
        using FileStream file = InputFile.Open(path);
        byte[] data = new byte[bytes];
        file.Position = offset;
        file.ReadExactly(data);
        return data;
    }

    static string Resolve(string location, string modelPath, string what)
    {
        if (location.Contains('\0')) throw new UserErrorException($"{what} has a location that is no file's name");
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        string path = Path.GetFullPath(Path.Combine(folder, location));
        CheckInside(path);
        // Links, of folders too, may lead out where the name does not.
        string real = folder;
        foreach (string part in Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar))
        {
            real = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (entry.Exists && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target)
                CheckInside(real = target.FullName);
        }
        return real;

        void CheckInside(string candidate)
        {
            if (!candidate.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new UserErrorException(
                    $"{what}: the external data {location} lies outside the model's folder; it is not read");
        }
    }

    static string? Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    static long Number(TensorProto tensor, string key, long otherwise, string what) => Entry(tensor, key) switch
    {
        null => otherwise,
        string text when long.TryParse(text, out long value) && value >= 0 => value,
        string text => throw new UserErrorException($"{what}: the {key} of its external data is \"{text}\", no number"),
    };
}
