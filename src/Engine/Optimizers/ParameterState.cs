using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>What an optimizer knows about one parameter. A checkpoint stores the step and the tensors.</summary>
public sealed class ParameterState
{
    internal ParameterState(Parameter parameter, int group, float rate, float weightDecay) =>
        (Parameter, Group, Rate, WeightDecay) = (parameter, group, rate, weightDecay);

    /// <summary>The parameter.</summary>
    public Parameter Parameter { get; }

    /// <summary>The number of its group; those of one follow one another in memory.</summary>
    internal int Group { get; }

    /// <summary>What the learning rate is multiplied by for it.</summary>
    public float Rate { get; }

    /// <summary>The factor of the weights that is added to the gradient.</summary>
    public float WeightDecay { get; }

    /// <summary>
    /// The kept values with their names, such as <c>momentum</c>; of the parameter's shape, on its device.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> Tensors { get; internal set; } = [];

    /// <summary>How many updates the parameter has had; settable to restore a checkpoint.</summary>
    public long Step { get; set; }
}
