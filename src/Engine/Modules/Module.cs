using TripletGpu.Collectives;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Modules;

/// <summary>
/// A network or a part of one: parameters, parts, and a forward pass. Names are dotted paths as in PyTorch, so that
/// weights of other frameworks can be loaded by name.
/// </summary>
public abstract class Module(Device device)
{
    readonly List<(string Name, Module Part)> parts = [];
    readonly List<(string Name, Parameter Parameter)> own = [];

    /// <summary>Where the parameters live.</summary>
    public Device Device { get; } = device;

    /// <summary>
    /// Whether dropout drops and batch norm uses the batch's statistics. Set it with <see cref="Train"/>.
    /// </summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The named parts, in forward order.</summary>
    public IReadOnlyList<(string Name, Module Part)> Parts => parts;

    /// <summary>The output for <paramref name="x"/>, a tensor of the current step.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>Every parameter and statistic in forward order, with its full name.</summary>
    public IReadOnlyList<Parameter> Parameters()
    {
        List<Parameter> all = [];
        Collect("", all);
        return all;
    }

    /// <summary>Switches this module and its parts between training and inference.</summary>
    public virtual void Train(bool training)
    {
        IsTraining = training;
        foreach ((_, Module part) in parts) part.Train(training);
    }

    /// <summary>
    /// Says which training step comes next, so that what draws random numbers draws those of that step. Unless told,
    /// each forward pass is a step.
    /// </summary>
    public virtual void SetStep(long number)
    {
        foreach ((_, Module part) in parts) part.SetStep(number);
    }

    /// <summary>
    /// Says which rows of a batch the next ones are, where ranks have it between them, so that what looks at the batch
    /// as a whole (batch norm) or at its rows' numbers (dropout) does what it would do in one process. Null: all rows.
    /// </summary>
    public virtual void SetShare(BatchShare? share)
    {
        foreach ((_, Module part) in parts) part.SetShare(share);
    }

    /// <summary>
    /// Draws every parameter afresh. Each has a stream of its own by its position, so the values do not depend
    /// on the device.
    /// </summary>
    public void Initialize(ulong seed)
    {
        IReadOnlyList<Parameter> all = Parameters();
        for (int i = 0; i < all.Count; i++)
        {
            float[] values = new float[all[i].Value.Count];
            all[i].Initializer.Fill(values, new Philox(seed, Streams.Initialization + (ulong)i));
            all[i].Value.CopyFrom(values);
        }
    }

    /// <summary>Releases the parameters' memory.</summary>
    public void Release()
    {
        foreach (Parameter parameter in Parameters()) parameter.Value.Release();
    }

    /// <summary>
    /// The parts one after the other. What lies between two parts is given up as soon as nothing reads it any more.
    /// </summary>
    protected Tensor ForwardParts(Tensor input)
    {
        Tensor x = input;
        foreach ((_, Module part) in parts)
        {
            Tensor y = part.Forward(x);
            if (x != input && x != y) Device.CurrentStep?.Discard(x);
            x = y;
        }
        return x;
    }

    /// <summary>Adds a part; its parameters are named <c>name.*</c>, or as they are if the name is empty.</summary>
    protected T Add<T>(string name, T part) where T : Module
    {
        if (name.Length > 0 && parts.Any(other => other.Name == name))
            throw new ArgumentException($"{GetType().Name} has two parts named {name}");
        parts.Add((name, part));
        return part;
    }

    /// <summary>Adds a trainable parameter.</summary>
    protected Parameter AddParameter(string name, Shape shape, Initializer initializer)
    {
        Parameter parameter = new(Device, shape, initializer, isStatistic: false);
        own.Add((name, parameter));
        return parameter;
    }

    /// <summary>Adds a statistic: saved with the weights, never trained.</summary>
    protected Parameter AddStatistic(string name, Shape shape, float value) =>
        AddStatistic(name, shape, new Initializer.Constant(value));

    /// <summary>Adds a statistic: saved with the weights, never trained.</summary>
    protected Parameter AddStatistic(string name, Shape shape, Initializer initializer)
    {
        Parameter parameter = new(Device, shape, initializer, isStatistic: true);
        own.Add((name, parameter));
        return parameter;
    }

    void Collect(string prefix, List<Parameter> all)
    {
        foreach ((string name, Parameter parameter) in own)
        {
            parameter.Name = prefix + name;
            all.Add(parameter);
        }
        foreach ((string name, Module part) in parts) part.Collect(name.Length == 0 ? prefix : $"{prefix}{name}.", all);
    }
}
