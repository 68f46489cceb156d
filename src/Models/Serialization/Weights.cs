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
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <param name="mayDiffer">
    /// Parameters that keep their values where the file has none or one of another shape: a new head on old layers.
    /// </param>
    /// <returns>The names of the parameters that kept their values.</returns>
    /// <exception cref="UserErrorException">The file lacks a tensor, or has one of another shape.</exception>
    public static IReadOnlyList<string> Read(string path, Module network, Func<Parameter, bool>? mayDiffer = null)
    {
        using SafeTensors file = SafeTensors.Open(path);
        List<string> kept = [];
        foreach (Parameter parameter in network.Parameters())
        {
            bool fits = file.Contains(parameter.Name) && file.ShapeOf(parameter.Name) == parameter.Value.Shape;
            if (!fits && mayDiffer is not null && mayDiffer(parameter))
            {
                kept.Add(parameter.Name);
                continue;
            }
            if (!file.Contains(parameter.Name))
                throw new UserErrorException(
                    $"{path} has no tensor '{parameter.Name}', which the model needs; it has {Names(file)}");
            if (file.ShapeOf(parameter.Name) != parameter.Value.Shape)
                throw new UserErrorException(
                    $"{path}: '{parameter.Name}' is {file.ShapeOf(parameter.Name)}, but the model has"
                    + $" {parameter.Value.Shape}");
        }
        foreach (Parameter parameter in network.Parameters())
            if (!kept.Contains(parameter.Name)) parameter.Value.CopyFrom(file.Read(parameter.Name));
        return kept;
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
