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
/// <para>Where a gradient, or a running statistic among the parameters, holds NaN or infinity, an update changes
/// nothing. <see cref="FindNonFinite"/> tells so: asked when the next step has waited for the device anyway, it costs
/// no wait.</para>
/// </summary>
public abstract class Optimizer
{
    readonly List<ParameterState> states = [], updated = [];
    readonly List<Parameter> statistics = [];
    readonly Tensor? marks;
    int number, asked;

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
            if (parameter.IsStatistic) statistics.Add(parameter);
            if (!parameter.IsTrainable) continue;
            ParameterGroup? group = groups.FirstOrDefault(g => Matches(g, parameter));
            states.Add(new ParameterState(parameter, group?.Rate ?? 1, group?.WeightDecay ?? weightDecay));
        }
        if (states.Count == 0) return;
        Device device = states[0].Parameter.Value.Device;
        string[] names = [.. kept];
        marks = device.Build(() =>
        {
            foreach (ParameterState state in states)
                state.Tensors = [.. names.Select(name => (name, Zero(state.Parameter.Value, name)))];
            return Marks(device);
        });
    }

    /// <summary>The parameters in order, with everything that a checkpoint needs to continue exactly.</summary>
    public IReadOnlyList<ParameterState> States => states;

    /// <summary>
    /// Updates every parameter that has a gradient. Others keep their values and their step count, as in PyTorch.
    /// </summary>
    /// <param name="gradients">Those of the current step.</param>
    /// <param name="learningRate">The rate of this step, from a schedule.</param>
    /// <remarks>
    /// Does not wait for the device. Changes nothing where a gradient or a running statistic is not finite:
    /// <see cref="FindNonFinite"/>.
    /// </remarks>
    public abstract void Update(Gradients gradients, float learningRate);

    /// <summary>
    /// Waits for the last update. Null where it was made and all weights and kept values are finite; otherwise what was
    /// wrong with it, or with one before it that nobody has asked for. The step counts of a refused update are taken
    /// back if it was the last.
    /// </summary>
    public NonFiniteUpdate? FindNonFinite()
    {
        if (marks is null || asked == number) return null;
        int since = asked;
        asked = number;
        int[] found = marks.ToIntArray();
        bool isRefused = found[OptimizerKernels.Refused] > since;
        if (found[OptimizerKernels.Refused] == number)
            foreach (ParameterState state in updated) state.Step--;
        if (!isRefused && found[OptimizerKernels.Overflowed] <= since) return null;
        ReadOnlySpan<int> tensors = found.AsSpan(OptimizerKernels.FirstTensor);
        int statistic = tensors[states.Count..].IndexOfAnyExceptInRange(int.MinValue, since);
        if (statistic >= 0)
            return new(statistics[statistic], isRefused, $"{statistics[statistic].Name} holds NaN or infinity");
        int last = tensors[..states.Count].LastIndexOfAnyExceptInRange(int.MinValue, since);
        Parameter parameter = states[last].Parameter;
        return new(parameter, isRefused, isRefused
            ? $"the gradient of {parameter.Name} holds NaN or infinity"
            : $"the update of {parameter.Name} gives NaN or infinity");
    }

    /// <summary>Releases what is kept between steps.</summary>
    public void Release()
    {
        marks?.Release();
        foreach (ParameterState state in states)
            foreach ((_, Tensor tensor) in state.Tensors) tensor.Release();
    }

    /// <summary>
    /// Counts a step for every parameter that has a gradient, and updates them with the rule for each.
    /// </summary>
    protected void Apply<TRule>(Gradients gradients, Func<ParameterState, TRule> rule) where TRule : struct, IUpdateRule
    {
        List<ParameterUpdate<TRule>> updates = new(states.Count);
        Tensor?[] watched = new Tensor?[states.Count + statistics.Count];
        updated.Clear();
        for (int i = 0; i < states.Count; i++)
        {
            ParameterState state = states[i];
            if (gradients.Find(state.Parameter.Value) is not { } gradient) continue;
            watched[i] = gradient;
            updated.Add(state);
            state.Step++;
            Tensor? first = state.Tensors.Count > 0 ? state.Tensors[0].Value : null;
            Tensor? second = state.Tensors.Count > 1 ? state.Tensors[1].Value : null;
            updates.Add(new(rule(state), state.Parameter.Value, gradient, first, second, i));
        }
        if (updates.Count == 0) return;
        for (int i = 0; i < statistics.Count; i++) watched[states.Count + i] = statistics[i].Value;
        UpdateMarks now = new(marks!, checked(++number));
        IOptimizers optimizers = marks!.Device.Backend.Optimizers;
        optimizers.MarkNonFinite(watched, now);
        optimizers.Update<TRule>(CollectionsMarshal.AsSpan(updates), now);
    }

    static bool Matches(ParameterGroup group, Parameter parameter) =>
        FileSystemName.MatchesSimpleExpression(group.Match, parameter.Name, ignoreCase: false);

    Tensor Marks(Device device)
    {
        int[] none = new int[OptimizerKernels.FirstTensor + states.Count + statistics.Count];
        Tensor tensor = device.Unowned(new Shape(none.Length), ElementType.Int32, "marks");
        tensor.CopyFrom(none);
        return tensor;
    }

    static Tensor Zero(Tensor like, string name)
    {
        Tensor tensor = like.Device.Unowned(like.Shape, ElementType.Float32, name);
        like.Device.Backend.Memory.Fill(tensor, 0);
        return tensor;
    }
}
