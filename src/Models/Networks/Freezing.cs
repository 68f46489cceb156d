using System.Globalization;
using System.IO.Enumeration;
using TripletGpu.Autograd;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;
using TripletGpu.Ops;
using BatchNorm = TripletGpu.Modules.BatchNorm;
using BatchNormRelu = TripletGpu.Ops.BatchNormRelu;
using Conv2d = TripletGpu.Ops.Conv2d;

namespace TripletGpu.Models.Networks;

/// <summary>
/// Keeps parts of a network as they are while the rest trains. A batch norm whose weight and bias are both frozen
/// normalises with its running statistics and does not update them.
/// </summary>
public static class Freezing
{
    const string First = "first:";

    /// <summary>Freezes the parameters that the entries name.</summary>
    /// <param name="network">The network.</param>
    /// <param name="entries">
    /// Names or patterns such as <c>layer1.*</c>; or <c>first:15</c>, the parameters of the first 15 layers, counted as
    /// Keras counts them: the input, each convolution, batch norm, activation, pooling ... is one. In ResNet50 those
    /// are the stem and the first bottleneck.
    /// </param>
    /// <exception cref="UserErrorException">An entry names nothing, or nothing is left to train.</exception>
    public static void Freeze(EmbeddingNetwork network, IEnumerable<string> entries)
    {
        IReadOnlyList<Parameter> all = network.Parameters();
        foreach (string entry in entries)
        {
            Parameter[] named = entry.StartsWith(First, StringComparison.Ordinal)
                ? [.. OfFirstLayers(network, Count(entry))]
                : [.. all.Where(p => FileSystemName.MatchesSimpleExpression(entry, p.Name, ignoreCase: false))];
            if (named.Length == 0)
                throw new UserErrorException($"the config's model.freeze: \"{entry}\" names no parameter;"
                    + $" names are like {all[0].Name}");
            foreach (Parameter parameter in named) parameter.IsTrainable = false;
        }
        if (!all.Any(parameter => parameter.IsTrainable))
            throw new UserErrorException("the config's model.freeze leaves nothing to train");
        FreezeStatistics(network);
    }

    /// <summary>Lets everything train again.</summary>
    public static void Thaw(EmbeddingNetwork network)
    {
        foreach (Parameter parameter in network.Parameters()) parameter.IsTrainable = true;
        ThawStatistics(network);

        static void ThawStatistics(Module module)
        {
            if (module is BatchNorm norm) norm.IsFrozen = false;
            foreach ((_, Module part) in module.Parts) ThawStatistics(part);
        }
    }

    static int Count(string entry) =>
        int.TryParse(entry[First.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new UserErrorException(
                $"the config's model.freeze: \"{entry}\" must give a number of layers, as first:15");

    static void FreezeStatistics(Module module)
    {
        if (module is BatchNorm norm) norm.IsFrozen |= !norm.Weight.IsTrainable && !norm.Bias.IsTrainable;
        foreach ((_, Module part) in module.Parts) FreezeStatistics(part);
    }

    static IEnumerable<Parameter> OfFirstLayers(EmbeddingNetwork network, int layers)
    {
        LayerCounter counter = new(layers);
        NetworkSummary.Observe(network, network.ImageShape, counter);
        return network.Parameters().Where(parameter => counter.Used.Contains(parameter.Value));
    }

    /// <summary>Collects the operands of the operations that make up the first layers.</summary>
    sealed class LayerCounter(int layers) : IOpObserver
    {
        // The input is a layer too.
        int count = 1;

        public HashSet<Tensor> Used { get; } = new(ReferenceEqualityComparer.Instance);

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            if (count >= layers) return;
            foreach (Tensor operand in x) Used.Add(operand);
            count += op switch
            {
                Conv2dReluMaxPool or BatchNormRelu { HasResidual: true } => 3,
                BatchNormRelu or Conv2d { Relu: true } => 2,
                _ => 1,
            };
        }
    }
}
