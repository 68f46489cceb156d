using System.IO.Enumeration;
using System.Runtime.InteropServices;
using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>
/// Changes parameters by their gradients. What it keeps between steps is allocated at once and lives until
/// <see cref="Release"/>, so that memory stays constant. The formulas are PyTorch's.
/// </summary>
public abstract class Optimizer
{
    readonly List<ParameterState> states = [];

    /// <param name="parameters">A network's parameters; those that are not trainable now are left out for good.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <param name="kept">The names of what is kept for each weight.</param>
    /// <exception cref="ArgumentException">A group's pattern matches no parameter.</exception>
    protected Optimizer(
        IReadOnlyList<Parameter> parameters, float weightDecay, IReadOnlyList<ParameterGroup>? groups,
        params ReadOnlySpan<string> kept)
    {
        groups ??= [];
        foreach (ParameterGroup group in groups)
            if (!parameters.Any(parameter => Matches(group, parameter)))
                throw new ArgumentException($"the optimizer group \"{group.Match}\" matches no parameter;"
                    + $" names are like {parameters.FirstOrDefault()?.Name}");
        foreach (Parameter parameter in parameters)
        {
            if (!parameter.IsTrainable) continue;
            ParameterGroup? group = groups.FirstOrDefault(g => Matches(g, parameter));
            (string, Tensor)[] tensors = new (string, Tensor)[kept.Length];
            for (int i = 0; i < kept.Length; i++) tensors[i] = (kept[i], Zero(parameter.Value, kept[i]));
            states.Add(new ParameterState(parameter, group?.Rate ?? 1, group?.WeightDecay ?? weightDecay, tensors));
        }
    }

    /// <summary>The parameters in order, with everything that a checkpoint needs to continue exactly.</summary>
    public IReadOnlyList<ParameterState> States => states;

    /// <summary>
    /// Updates every parameter that has a gradient. Others keep their values and their step count, as in PyTorch.
    /// </summary>
    /// <param name="gradients">Those of the current step.</param>
    /// <param name="learningRate">The rate of this step, from a schedule.</param>
    public abstract void Update(Gradients gradients, float learningRate);

    /// <summary>Releases what is kept between steps.</summary>
    public void Release()
    {
        foreach (ParameterState state in states)
            foreach ((_, Tensor tensor) in state.Tensors) tensor.Release();
    }

    /// <summary>
    /// Counts a step for every parameter that has a gradient, and updates them with the rule for each.
    /// </summary>
    protected void Apply<TRule>(Gradients gradients, Func<ParameterState, TRule> rule) where TRule : struct, IUpdateRule
    {
        List<ParameterUpdate<TRule>> updates = new(states.Count);
        foreach (ParameterState state in states)
        {
            if (gradients.Find(state.Parameter.Value) is not { } gradient) continue;
            state.Step++;
            Tensor? first = state.Tensors.Count > 0 ? state.Tensors[0].Value : null;
            Tensor? second = state.Tensors.Count > 1 ? state.Tensors[1].Value : null;
            updates.Add(new(rule(state), state.Parameter.Value, gradient, first, second));
        }
        if (updates.Count > 0)
            updates[0].Weights.Device.Backend.Optimizers.Update<TRule>(
                CollectionsMarshal.AsSpan(updates));
    }

    static bool Matches(ParameterGroup group, Parameter parameter) =>
        FileSystemName.MatchesSimpleExpression(group.Match, parameter.Name, ignoreCase: false);

    static Tensor Zero(Tensor like, string name)
    {
        Tensor tensor = like.Device.Unowned(like.Shape, ElementType.Float32, name);
        like.Device.Backend.Memory.Fill(tensor, 0);
        return tensor;
    }
}
