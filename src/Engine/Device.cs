using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Inference;

namespace TripletGpu;

/// <summary>
/// A place where tensors live and operations run: a backend with its memory pool. One thread at a time drives it.
/// </summary>
public sealed class Device : IDisposable
{
    // What is being built keeps them; null while nothing is.
    List<Tensor>? unfinished;

    Tensor? one;
    bool isDisposed;

    /// <param name="name">The identifier of the command line: <c>cpu</c>, <c>opencl:0</c>.</param>
    /// <param name="backend">What runs the operations; disposed with the device.</param>
    public Device(string name, IBackend backend)
    {
        (Name, Backend) = (name, backend);
        Pool = new BufferPool(backend.Memory);
        Use = new DeviceUse(name);
    }

    /// <summary>The identifier of the command line.</summary>
    public string Name { get; }

    /// <summary>What runs the operations.</summary>
    public IBackend Backend { get; }

    /// <summary>Where the device's memory comes from, with its statistics.</summary>
    public BufferPool Pool { get; }

    /// <summary>The innermost step that has been begun and not ended.</summary>
    public Step? CurrentStep { get; internal set; }

    /// <summary>Told of every operation as it runs forwards; null, as a rule.</summary>
    public IOpObserver? Observer { get; set; }

    /// <summary>Sees to it that one thread at a time is at work here.</summary>
    internal DeviceUse Use { get; }

    /// <summary>Notes operations instead of running them; null, as a rule.</summary>
    internal GraphRecorder? Recorder { get; set; }

    /// <summary>
    /// Runs what needs values at once, such as a check with numbers of its own, even while a network is being recorded
    /// for a plan and its operations only noted.
    /// </summary>
    public void WhileNotRecording(Action action)
    {
        GraphRecorder? recorder = Recorder;
        Recorder = null;
        try
        {
            action();
        }
        finally
        {
            Recorder = recorder;
        }
    }

    /// <summary>
    /// Opens a scope: what operations make until its disposal belongs to it. Steps nest.
    /// </summary>
    /// <param name="record">
    /// Whether operations are recorded for <see cref="Step.Backward(Tensor)"/>; false for inference.
    /// </param>
    /// <exception cref="ObjectDisposedException">The device has been disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using the device.</exception>
    public Step BeginStep(bool record = true)
    {
        ThrowIfDisposed();
        using DeviceUse.Scope use = Use.Begin();
        return new(this, record);
    }

    /// <summary>A tensor of undefined contents that belongs to the current step.</summary>
    public Tensor Empty(Shape shape, ElementType type = ElementType.Float32, string producer = "Empty")
    {
        ThrowIfDisposed();
        Step step = CurrentStep ?? throw new InvalidOperationException(
            $"{producer} makes a tensor, and a tensor needs a step to belong to: using var step = device.BeginStep()");
        Tensor tensor = Rent(shape, type, producer);
        step.Own(tensor);
        return tensor;
    }

    /// <summary>Uploads values as a tensor of the current step.</summary>
    public Tensor Tensor(Shape shape, ReadOnlySpan<float> values)
    {
        Tensor tensor = Empty(shape, ElementType.Float32, "Input");
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>Uploads integers, such as labels, as a tensor of the current step.</summary>
    public Tensor Tensor(Shape shape, ReadOnlySpan<int> values)
    {
        Tensor tensor = Empty(shape, ElementType.Int32, "Input");
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>
    /// Makes something that keeps tensors beyond steps: a network, an optimizer. Where that fails, for want of memory
    /// or because of what a file holds, nobody has the tensors that were made before, and they are released here.
    /// </summary>
    /// <param name="make">Makes it, on this device.</param>
    public T Build<T>(Func<T> make)
    {
        List<Tensor>? outer = unfinished;
        List<Tensor> inner = unfinished = [];
        try
        {
            T made = make();
            outer?.AddRange(inner);
            return made;
        }
        catch
        {
            foreach (Tensor tensor in inner) tensor.Release();
            throw;
        }
        finally
        {
            unfinished = outer;
        }
    }

    /// <summary>A tensor that outlives every step and that the caller releases: parameters, optimizer state.</summary>
    internal Tensor Unowned(Shape shape, ElementType type, string producer) => Unowned(Rent(shape, type, producer));

    /// <summary>The same of a tensor that there is.</summary>
    internal Tensor Unowned(Tensor tensor)
    {
        unfinished?.Add(tensor);
        return tensor;
    }

    /// <summary>A 1, which nobody changes: what the gradient of a loss begins with.</summary>
    internal Tensor One
    {
        get
        {
            if (one is not null) return one;
            // The device's own: nobody has it to give back, so it counts as no live bytes.
            Tensor made = new(this, Shape.Scalar, ElementType.Float32, new Storage(Pool, Pool.Rent(0), 0), "one");
            Backend.Memory.Fill(made, 1);
            return one = made;
        }
    }

    /// <summary>Memory for values of a shape.</summary>
    internal Storage Reserve(Shape shape)
    {
        ThrowIfDisposed();
        long bytes = Math.Max(4, shape.Count * 4);
        return new Storage(Pool, Pool.Rent(bytes), bytes);
    }

    /// <summary>Waits until everything issued so far has run.</summary>
    public void Synchronize() => Backend.Memory.Synchronize();

    /// <summary>Gives back the cached memory and closes the backend.</summary>
    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        while (CurrentStep is { } step) step.Dispose();
        one?.Release();
        Pool.Trim();
        Backend.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    void ThrowIfDisposed()
    {
        if (isDisposed)
            throw new ObjectDisposedException(
                null, $"the device {Name} has been disposed: keep it open as long as its tensors and networks live");
    }

    Tensor Rent(Shape shape, ElementType type, string producer) =>
        new(this, shape, type, Reserve(shape), producer);
}
