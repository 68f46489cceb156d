using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Onnx.Import;

/// <summary>The weights of an ONNX file under the file's own names.</summary>
public static class OnnxImport
{
    /// <summary>Reads the initializers that hold floats.</summary>
    /// <exception cref="UserErrorException">The file is no ONNX model, or is damaged.</exception>
    public static ImportedNetwork Read(string path)
    {
        List<NamedTensor> tensors = [];
        foreach (OnnxTensor tensor in OnnxModel.Load(path).ReadInitializers().Values)
        {
            if (tensor.FloatsOrNull is not { } values) continue;
            if (tensor.Dims.Length > Shape.MaxRank)
                throw new UserErrorException($"{path}: \"{tensor.Name}\" has more than {Shape.MaxRank} dimensions");
            tensors.Add(
                new NamedTensor(tensor.Name, new Shape(Array.ConvertAll(tensor.Dims, extent => (int)extent)), values));
        }
        return new ImportedNetwork(null, tensors, [.. tensors.Select(t => $"{t.Name} {t.Shape}")]);
    }
}
