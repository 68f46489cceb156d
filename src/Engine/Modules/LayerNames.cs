using TripletGpu.Autograd;

namespace TripletGpu.Modules;

/// <summary>
/// What a network's operations are called: by the module whose parameters they use (<c>inception3a.branch1x1.conv</c>),
/// else by their kind and a number (<c>concat2</c>).
/// </summary>
public sealed class LayerNames
{
    readonly Dictionary<Tensor, Parameter> parameters = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> numbers = [];

    /// <param name="network">Whose operations are to be named.</param>
    public LayerNames(Module network)
    {
        foreach (Parameter parameter in network.Parameters()) parameters[parameter.Value] = parameter;
    }

    /// <summary>The parameter that a tensor holds; null for what is none.</summary>
    public Parameter? ParameterOf(Tensor x) => parameters.GetValueOrDefault(x);

    /// <summary>The name of the next operation of a forward pass. Each call counts.</summary>
    public string Next(Op op, ReadOnlySpan<Tensor> x)
    {
        foreach (Tensor input in x)
            if (ParameterOf(input) is { } parameter)
            {
                string name = parameter.Name[..Math.Max(0, parameter.Name.LastIndexOf('.'))];
                return name.Length > 0 ? name : Numbered(op.Name);
            }
        return Numbered(op.Name);
    }

    /// <summary>A new forward pass begins: numbers start at 1 again.</summary>
    public void Restart() => numbers.Clear();

    string Numbered(string kind)
    {
        int number = numbers[kind] = numbers.GetValueOrDefault(kind) + 1;
        return $"{char.ToLowerInvariant(kind[0])}{kind[1..]}{number}";
    }
}
