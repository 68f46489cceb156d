using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Modules;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Training;

/// <summary>
/// Finds where NaN or infinity came from after a loss was not finite: in the images, in the weights (then an earlier
/// update was too large), or in the first operation of the forward pass that gave one.
/// </summary>
sealed class NonFiniteSearch : IOpObserver
{
    /// <summary>The answer where nothing is wrong with the network.</summary>
    public const string Nothing = "every operation of the network gave finite values, so it is the loss itself";

    readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    string? found;

    NonFiniteSearch(Module network)
    {
        foreach (Parameter parameter in network.Parameters()) names[parameter.Value] = parameter.Name;
    }

    /// <summary>Runs the batch again and says what was wrong first.</summary>
    public static string Explain(EmbeddingNetwork network, Batch batch)
    {
        int pixel = NonFinite.First(batch.Pixels);
        if (pixel >= 0)
            return $"image {batch.Indices[pixel / (batch.Pixels.Length / batch.Size)]} holds {batch.Pixels[pixel]}";
        foreach (Parameter parameter in network.Parameters())
            if (HasNonFinite(parameter.Value)) return $"the parameter {parameter.Name} holds NaN or infinity";
        NonFiniteSearch search = new(network);
        Device device = network.Device;
        IOpObserver? before = device.Observer;
        using Step step = device.BeginStep(record: false);
        device.Observer = search;
        try
        {
            network.Forward(device.Tensor(batch.Shape, batch.Pixels));
        }
        finally
        {
            device.Observer = before;
        }
        return search.found ?? Nothing;
    }

    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        if (found is not null || y.Type != ElementType.Float32 || !HasNonFinite(y)) return;
        string? parameter = null;
        foreach (Tensor input in x) parameter ??= names.GetValueOrDefault(input);
        string with = parameter is null ? "" : $" (with {parameter})";
        found = $"{op.Name}{with} was the first operation to give NaN or infinity";
    }

    static bool HasNonFinite(Tensor tensor) => NonFinite.First(tensor.ToArray()) >= 0;
}
