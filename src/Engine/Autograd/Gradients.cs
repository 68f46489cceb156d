namespace TripletGpu.Autograd;

/// <summary>The gradients of one step, by the tensor that they belong to. They live as long as the step.</summary>
public sealed class Gradients
{
    readonly Dictionary<Tensor, Tensor> byTensor = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Storage, Tensor> blocks = [];

    /// <summary>Whether there are none: no backward pass has been through the step.</summary>
    internal bool IsEmpty => byTensor.Count == 0;

    /// <summary>The gradient of a leaf (a parameter's value or an input that asked for one), or null.</summary>
    public Tensor? Find(Tensor of) => byTensor.GetValueOrDefault(of);

    /// <summary>The gradient of a leaf.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is none: no path leads from the loss to that tensor.
    /// </exception>
    public Tensor this[Tensor of] => Find(of) ?? throw new InvalidOperationException(
        $"{of} has no gradient: Backward has not been called, the loss does not depend on it, or it is no leaf");

    internal void Set(Tensor of, Tensor gradient) => byTensor[of] = gradient;

    /// <summary>
    /// Makes a tensor of undefined contents for a gradient. Those of tensors that share a block share one too, and lie
    /// there in the same places.
    /// </summary>
    internal Tensor Make(Step step, Tensor of)
    {
        string producer = $"gradient of {of.Producer}";
        Tensor made;
        if (of.Place is not { } place)
        {
            made = of.Device.Empty(of.Shape, ElementType.Float32, producer);
            made.ChannelBlock = of.ChannelBlock;
        }
        else
        {
            if (!blocks.TryGetValue(place.Block, out Tensor? block))
                blocks[place.Block] = block = of.Device.Empty(
                    TensorBlock.ShapeOf(place.Block.Bytes / 4), ElementType.Float32, "gradients");
            made = block.Part(place.Start, of.Shape, producer);
            step.Own(made);
        }
        Set(of, made);
        return made;
    }

    internal Tensor? Take(Tensor of) => byTensor.Remove(of, out Tensor? gradient) ? gradient : null;
}
