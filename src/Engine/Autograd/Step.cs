using TripletGpu.Ops;

namespace TripletGpu.Autograd;

/// <summary>
/// The scope of one training or inference step. It owns every tensor made while it is the device's current step and
/// releases them at its end, so that nothing needs disposing one by one:
/// <code>
/// using var step = device.BeginStep();
/// Tensor loss = network.Forward(images).SoftmaxCrossEntropy(labels);
/// step.Backward(loss);
/// optimizer.Update(step.Gradients);
/// </code>
/// </summary>
public sealed class Step : IDisposable
{
    readonly Device device;
    readonly Step? outer;
    readonly List<Tensor> owned = [];
    bool isDisposed;

    internal Step(Device device, bool record)
    {
        (this.device, IsRecording, outer) = (device, record, device.CurrentStep);
        device.CurrentStep = this;
    }

    /// <summary>Whether operations are recorded for the backward pass.</summary>
    public bool IsRecording { get; }

    /// <summary>The gradients that <see cref="Backward(Tensor)"/> has computed.</summary>
    public Gradients Gradients { get; } = new();

    internal Tape Tape { get; } = new();

    /// <summary>
    /// Computes the gradients of a scalar loss for every parameter and input that wants one. May be called again for
    /// operations recorded since; gradients of the same leaf add up.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The loss is no scalar, no recorded operation led to it or a backward pass has already walked it, or a step
    /// inside this one has not ended.
    /// </exception>
    public void Backward(Tensor loss)
    {
        if (loss.Count != 1)
            throw new InvalidOperationException(
                $"{loss} has {loss.Count} elements; a loss has one (or give its gradient)");
        CheckRoot(loss);
        using DeviceUse.Scope use = device.Use.Begin();
        Tape.Backward(this, loss, One(loss), Gradients);
    }

    /// <summary>As <see cref="Backward(Tensor)"/>, from any tensor whose gradient is known.</summary>
    /// <param name="root">The tensor to start from.</param>
    /// <param name="gradient">Its gradient, Float32 of the same shape on the same device; it is copied.</param>
    /// <exception cref="ArgumentException">The gradient is of another kind.</exception>
    public void Backward(Tensor root, Tensor gradient)
    {
        if (gradient.Shape != root.Shape)
            throw new ArgumentException($"the gradient is {gradient.Shape}, but {root} is {root.Shape}");
        if (gradient.Type != ElementType.Float32)
            throw new ArgumentException($"a gradient holds Float32, but {gradient} holds {gradient.Type}");
        if (gradient.Device != device)
            throw new ArgumentException(
                $"the gradient is on {gradient.Device}, but {root} is on {device}: copy it over");
        CheckRoot(root);
        using DeviceUse.Scope use = device.Use.Begin();
        Tensor copy = device.Empty(root.Shape, ElementType.Float32, "gradient");
        copy.ChannelBlock = root.ChannelBlock;
        if (copy.Count > 0) MapLayout.Turn(device.Backend, gradient, new(copy, Accumulate: false));
        Tape.Backward(this, root, copy, Gradients);
    }

    /// <summary>
    /// Lets a tensor outlive this step: it passes to the enclosing step, or to nobody, and then
    /// <see cref="Free"/> ends it.
    /// </summary>
    public Tensor Keep(Tensor tensor)
    {
        if (tensor.Owner != this) return tensor;
        tensor.Owner = null;
        outer?.Own(tensor);
        return tensor;
    }

    /// <summary>Releases a tensor that no step owns.</summary>
    public static void Free(Tensor kept)
    {
        if (kept.Owner is not null) throw new InvalidOperationException($"{kept} belongs to a step, which releases it");
        kept.Release();
    }

    /// <summary>
    /// Gives up a tensor early. Its memory goes back at once if no recorded operation reads it again, otherwise when
    /// <see cref="Backward(Tensor)"/> has used it. Modules call this for what lies between their layers.
    /// </summary>
    public void Discard(Tensor tensor)
    {
        // What a plan that is being recorded may read again for every batch stays.
        if (tensor.SavedBy == 0 && device.Recorder is null) Release(tensor);
        if (tensor.Turned is { SavedBy: 0 } turned) Release(turned);
    }

    /// <summary>Releases everything that the step owns.</summary>
    public void Dispose()
    {
        if (isDisposed) return;
        if (device.CurrentStep != this)
            throw new InvalidOperationException("steps end in the opposite order of their beginning");
        using DeviceUse.Scope use = device.Use.Begin();
        isDisposed = true;
        device.CurrentStep = outer;
        foreach (Tensor tensor in owned)
            if (tensor.Owner == this) tensor.Release();
    }

    internal void Own(Tensor tensor)
    {
        tensor.Owner = this;
        owned.Add(tensor);
    }

    internal void Release(Tensor tensor)
    {
        if (tensor.Owner == this) tensor.Release();
    }

    /// <summary>The gradient of a loss: the device's 1, or one of its own for an operation that takes it.</summary>
    Tensor One(Tensor loss)
    {
        const string producer = "gradient of the loss";
        if (!Tape.TakesGradient(loss))
        {
            Tensor shared = device.One.Share(loss.Shape, producer);
            Own(shared);
            return shared;
        }
        Tensor one = device.Empty(loss.Shape, ElementType.Float32, producer);
        device.Backend.Memory.Fill(one, 1);
        return one;
    }

    void CheckRoot(Tensor root)
    {
        if (device.CurrentStep != this)
            throw new InvalidOperationException("only the innermost step runs Backward: end the steps inside this one");
        if (root.Tape != Tape)
            throw new InvalidOperationException(
                $"{root} is not recorded in this step: the step does not record, no parameter that takes part is"
                + " trainable, or a backward pass has already been through it (add the losses and call it once)");
    }
}
