using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;

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
        string location = Entry(tensor, "location") ?? throw new UserErrorException($"{what} has external data but no location");
        long offset = Number(tensor, "offset", 0, what), length = Number(tensor, "length", bytes, what);
        if (length != bytes)
            throw new UserErrorException($"{what} names {length:N0} bytes of external data, but its extents need {bytes:N0}");
        using FileStream file = InputFile.Open(Resolve(location, modelPath, what));
        if (offset < 0 || offset > file.Length - bytes)
            throw new UserErrorException(
                $"{what}: bytes {offset:N0} to {offset + bytes:N0} of {location} are asked for, but it has {file.Length:N0}");
        byte[] data = new byte[bytes];
        file.Position = offset;
        file.ReadExactly(data);
        return data;
    }

    static string Resolve(string location, string modelPath, string what)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        string path = Path.GetFullPath(Path.Combine(folder, location));
        CheckInside(path);
        // A link may lead out of the folder even where its name does not.
        if (new FileInfo(path) is { Exists: true } file && file.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            CheckInside(target.FullName);
        return path;

        void CheckInside(string candidate)
        {
            if (!candidate.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new UserErrorException($"{what}: the external data {location} lies outside the model's folder; it is not read");
        }
    }

    static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    static long Number(TensorProto tensor, string key, long otherwise, string what) => Entry(tensor, key) switch
    {
        null => otherwise,
        string text when long.TryParse(text, out long value) && value >= 0 => value,
        string text => throw new UserErrorException($"{what}: the {key} of its external data is \"{text}\", no number"),
    };
}
