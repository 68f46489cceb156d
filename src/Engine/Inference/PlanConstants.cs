using TripletGpu.Backends;
using TripletGpu.Ops;

namespace TripletGpu.Inference;

/// <summary>
/// The constants that rules have made of a network's parameters, kept for all of its plans: a plan for another batch
/// size takes the same.
/// </summary>
/// <param name="device">Where they lie.</param>
sealed class PlanConstants(Device device) : IDisposable
{
    readonly Dictionary<string, (int[] From, Tensor[] Tensors)> made = [];
    readonly Dictionary<Tensor, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<Tensor> prepared = new(ReferenceEqualityComparer.Instance);
    int next;

    /// <summary>Where they lie.</summary>
    public Device Device => device;

    /// <summary>Bytes of all constants.</summary>
    public long Bytes => made.Values.Sum(entry => entry.Tensors.Sum(tensor => tensor.Count * sizeof(float)));

    /// <summary>What a rule has made of these tensors before, or makes now.</summary>
    /// <param name="rule">The rule, with every setting on which the values depend.</param>
    /// <param name="from">The parameters that the values come from.</param>
    /// <param name="make">Computes the values on the host, each with its shape.</param>
    public IReadOnlyList<PlanValue> Get(
        string rule, IEnumerable<Tensor> from, Func<IReadOnlyList<(Shape Shape, float[] Values)>> make)
    {
        int[] numbersOf = [.. from.Select(Number)];
        string key = $"{rule}: {string.Join(", ", numbersOf)}";
        if (!made.TryGetValue(key, out (int[] From, Tensor[] Tensors) entry))
        {
            entry = (numbersOf, device.Build<Tensor[]>(
                () => [.. make().Select(constant => Upload(constant.Shape, constant.Values))]));
            made[key] = entry;
        }
        return [.. entry.Tensors.Select(tensor => new PlanValue(tensor.Shape, tensor.Type, tensor))];
    }

    /// <summary>
    /// Whether nobody else reads weights while they are packed: then these give up their plain form.
    /// </summary>
    public bool OwnsWeights { get; set; }

    /// <summary>Lets the backend keep the weight of a convolution or a linear layer in its own form.</summary>
    public void Prepare(PlanNode node)
    {
        if (node.Output.Shape.Count == 0 || node.Inputs is not [var x, { Constant: { } weight }, ..]) return;
        if (node.Op is Conv2d convolution)
            Keep(weight, convolution.Prepare(device.Backend, x.Shape, weight, inBlocks: x.Block > 0));
        else if (node.Op is Linear) Keep(weight, Linear.Prepare(device.Backend, weight));
    }

    void Keep(Tensor weight, IPackedWeight? form)
    {
        if (form != weight.Prepared)
        {
            weight.DropPrepared();
            weight.Prepared = form;
        }
        if (form is null) prepared.Remove(weight);
        else prepared.Add(weight);
        if (!OwnsWeights) return;
        weight.KeepPreparedAlone();
        device.Pool.Trim();
    }

    /// <summary>Gives back what was made of tensors that are no more.</summary>
    public void Forget(IReadOnlyList<Tensor> gone)
    {
        prepared.ExceptWith(gone);
        HashSet<int> dead = [];
        foreach (Tensor tensor in gone)
            if (numbers.Remove(tensor, out int number)) dead.Add(number);
        if (dead.Count == 0) return;
        foreach ((string key, (int[] from, Tensor[] tensors)) in made)
            if (from.Any(dead.Contains))
            {
                foreach (Tensor tensor in tensors) tensor.Release();
                made.Remove(key);
            }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in made.Values.SelectMany(entry => entry.Tensors)) tensor.Release();
        made.Clear();
        foreach (Tensor weight in prepared) weight.DropPrepared();
        prepared.Clear();
    }

    int Number(Tensor tensor)
    {
        if (!numbers.TryGetValue(tensor, out int number)) numbers[tensor] = number = next++;
        return number;
    }

    Tensor Upload(Shape shape, float[] values)
    {
        Tensor tensor = device.Unowned(shape, ElementType.Float32, "a plan's constant");
        tensor.CopyFrom(values);
        return tensor;
    }
}
