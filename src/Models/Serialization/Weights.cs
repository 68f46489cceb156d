using TripletGpu.Modules;

namespace TripletGpu.Models.Serialization;

/// <summary>A network's parameters and statistics as a .safetensors file, by their names.</summary>
public static class Weights
{
    /// <summary>Writes every parameter and statistic.</summary>
    public static void Write(Stream to, Module network, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafeTensors.Write(to, Tensors(network), metadata);

    /// <summary>Writes every parameter and statistic to a file, atomically.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Module network, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafeTensors.Write(path, Tensors(network), metadata);

    /// <summary>
    /// Replaces every parameter and statistic by the file's tensor of that name. Nothing is changed unless all fit;
    /// further tensors of the file are left alone.
    /// </summary>
    /// <exception cref="UserErrorException">The file lacks a tensor, or has one of another shape.</exception>
    public static void Read(string path, Module network)
    {
        using SafeTensors file = SafeTensors.Open(path);
        foreach (Parameter parameter in network.Parameters())
        {
            if (!file.Contains(parameter.Name))
                throw new UserErrorException($"{path} has no tensor '{parameter.Name}', which the model needs; it has {Names(file)}");
            if (file.ShapeOf(parameter.Name) != parameter.Value.Shape)
                throw new UserErrorException(
                    $"{path}: '{parameter.Name}' is {file.ShapeOf(parameter.Name)}, but the model has {parameter.Value.Shape}");
        }
        foreach (Parameter parameter in network.Parameters()) parameter.Value.CopyFrom(file.Read(parameter.Name));
    }

    static NamedTensor[] Tensors(Module network) =>
        [.. network.Parameters().Select(p => new NamedTensor(p.Name, p.Value.Shape, p.Value.ToArray()))];

    static string Names(SafeTensors file)
    {
        const int shown = 5;
        string[] names = [.. file.Entries.Select(entry => entry.Name)];
        return names.Length == 0 ? "none"
            : string.Join(", ", names.Take(shown)) + (names.Length > shown ? $" and {names.Length - shown} more" : "");
    }
}
