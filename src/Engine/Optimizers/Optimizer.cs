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
/// <para>An optimizer moves its parameters behind one another in memory, group by group, and what it keeps lies in the
/// same order: a device then updates those of a group in one launch.</para>
/// <para>Where the loss, a gradient, or a running statistic among the parameters holds NaN or infinity, an update
/// changes nothing. The device itself sees to that, and leaves word of it in <see cref="Marks"/>, so that nobody has to
/// wait before it.</para>
/// </summary>
public abstract class Optimizer
{
    readonly List<ParameterState> states = [], updated = [];
    readonly ParameterState[] inMemory = [];
    readonly List<Parameter> statistics = [];
    readonly Tensor? lengths;
    int number, asked;

    /// <param name="parameters">A network's parameters; those that are not trainable now are left out for good.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <param name="kept">The names of what is kept for each weight.</param>
    /// <exception cref="ArgumentException">
    /// A group's pattern matches no parameter, a parameter is there twice, or a setting is out of its range.
    /// </exception>
    protected Optimizer(
        IReadOnlyList<Parameter> parameters, float weightDecay, IReadOnlyList<ParameterGroup>? groups,
        params ReadOnlySpan<string> kept)
    {
        groups ??= [];
        CheckAtLeast0(weightDecay, "the weight decay");
        if (parameters.GroupBy(parameter => parameter).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"the parameter {twice.Key.Name} is there twice");
        foreach (ParameterGroup group in groups)
        {
            CheckAtLeast0(group.Rate, $"the rate of group \"{group.Match}\"");
            CheckAtLeast0(group.WeightDecay ?? 0, $"the weight decay of group \"{group.Match}\"");
            if (!parameters.Any(parameter => Matches(group, parameter)))
                throw new ArgumentException($"the optimizer group \"{group.Match}\" matches no parameter;"
                    + $" names are like {parameters.FirstOrDefault()?.Name}");
        }
        foreach (Parameter parameter in parameters)
        {
            if (parameter.IsStatistic) statistics.Add(parameter);
            if (!parameter.IsTrainable) continue;
            int place = groups.TakeWhile(g => !Matches(g, parameter)).Count();
            ParameterGroup? group = groups.ElementAtOrDefault(place);
            states.Add(new ParameterState(parameter, place, group?.Rate ?? 1, group?.WeightDecay ?? weightDecay));
        }
        if (states.Count == 0) return;
        inMemory = [.. states.OrderBy(state => state.Group)];
        Device device = states[0].Parameter.Value.Device;
        string[] names = [.. kept];
        (Marks, lengths) = device.Build(() => Allocate(device, names));
    }

    /// <summary>The parameters in order, with everything that a checkpoint needs to continue exactly.</summary>
    public IReadOnlyList<ParameterState> States => states;

    /// <summary>
    /// Int32: what <see cref="FindNonFinite(ReadOnlySpan{int})"/> reads; null where nothing is trainable.
    /// </summary>
    public Tensor? Marks { get; }

    /// <summary>
    /// Updates every parameter that has a gradient. Others keep their values and their step count, as in PyTorch.
    /// </summary>
    /// <param name="gradients">Those of the current step.</param>
    /// <param name="learningRate">The rate of this step, from a schedule; at least 0.</param>
    /// <param name="loss">
    /// The step's loss, which must be finite too: some that are not have finite gradients.
    /// </param>
    /// <remarks>
    /// Does not wait for the device. Changes nothing where the loss, a gradient or a running statistic is not finite:
    /// <see cref="FindNonFinite()"/>.
    /// </remarks>
    public abstract void Update(Gradients gradients, float learningRate, Tensor? loss = null);

    /// <summary>
    /// Waits for the last update. Null where it was made and all weights and kept values are finite; otherwise what was
    /// wrong with it, or with one before it that nobody has asked for. The step counts of a refused update are taken
    /// back if it was the last.
    /// </summary>
    public NonFiniteUpdate? FindNonFinite() =>
        Marks is null || asked == number ? null : FindNonFinite(Marks.ToIntArray());

    /// <summary>As <see cref="FindNonFinite()"/>, for who has read the marks since the last update.</summary>
    /// <param name="found">The values of <see cref="Marks"/>.</param>
    public NonFiniteUpdate? FindNonFinite(ReadOnlySpan<int> found)
    {
        int since = asked;
        if (since == number) return null;
        asked = number;
        bool isRefused = found[OptimizerKernels.Refused] > since;
        if (found[OptimizerKernels.Refused] == number)
            foreach (ParameterState state in updated) state.Step--;
        if (!isRefused && found[OptimizerKernels.Overflowed] <= since) return null;
        ReadOnlySpan<int> tensors = found[OptimizerKernels.FirstTensor..];
        if (tensors[^1] > since) return new(null, isRefused, "the loss is NaN or infinity");
        int statistic = tensors[states.Count..].IndexOfAnyExceptInRange(int.MinValue, since);
        if (statistic >= 0)
            return new(statistics[statistic], isRefused, $"{statistics[statistic].Name} holds NaN or infinity");
        Parameter parameter = LastMarked(tensors, since);
        return new(parameter, isRefused, isRefused
            ? $"the gradient of {parameter.Name} holds NaN or infinity"
            : $"the update of {parameter.Name} gives NaN or infinity");
    }

    /// <summary>Releases what is kept between steps.</summary>
    public void Release()
    {
        Marks?.Release();
        lengths?.Release();
        foreach (ParameterState state in states)
            foreach ((_, Tensor tensor) in state.Tensors) tensor.Release();
    }

    /// <summary>
    /// Counts a step for every parameter that has a gradient, and updates them with the rule for each, which is given
    /// the learning rate times the parameter's own.
    /// </summary>
    /// <exception cref="ArgumentException">The rate is negative, or no number.</exception>
    /// <exception cref="InvalidOperationException">No backward pass has been through the step.</exception>
    protected void Apply<TRule>(
        Gradients gradients, float learningRate, Tensor? loss, Func<ParameterState, float, TRule> rule)
        where TRule : struct, IUpdateRule
    {
        CheckAtLeast0(learningRate, "the learning rate");
        if (gradients.IsEmpty && states.Count > 0)
            throw new InvalidOperationException(
                "there is no gradient to update by: call step.Backward(loss) before the update");
        List<ParameterUpdate<TRule>> updates = new(states.Count);
        Tensor?[] watched = new Tensor?[states.Count + statistics.Count + 1];
        updated.Clear();
        for (int i = 0; i < inMemory.Length; i++)
        {
            ParameterState state = inMemory[i];
            if (gradients.Find(state.Parameter.Value) is not { } gradient) continue;
            watched[i] = gradient;
            updated.Add(state);
            state.Step++;
            Tensor? first = state.Tensors.Count > 0 ? state.Tensors[0].Value : null;
            Tensor? second = state.Tensors.Count > 1 ? state.Tensors[1].Value : null;
            updates.Add(new(rule(state, learningRate * state.Rate), state.Parameter.Value, gradient, first, second, i));
        }
        if (updates.Count == 0) return;
        for (int i = 0; i < statistics.Count; i++) watched[states.Count + i] = statistics[i].Value;
        watched[^1] = loss;
        UpdateMarks now = new(Marks!, lengths!, checked(++number));
        IOptimizers optimizers = Marks!.Device.Backend.Optimizers;
        optimizers.MarkNonFinite(watched, now);
        optimizers.Update<TRule>(CollectionsMarshal.AsSpan(updates), now);
    }

    /// <summary>Says that a setting must be a number from 0 on.</summary>
    private protected static void CheckAtLeast0(double value, string what)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentException($"{what} must be at least 0, not {value}");
    }

    /// <summary>Says that a part that each step keeps must be from 0 to below 1.</summary>
    private protected static void CheckPart(double value, string what)
    {
        if (value is not (>= 0 and < 1)) throw new ArgumentException($"{what} must be from 0 to below 1, not {value}");
    }

    static bool Matches(ParameterGroup group, Parameter parameter) =>
        FileSystemName.MatchesSimpleExpression(group.Match, parameter.Name, ignoreCase: false);

    /// <summary>
    /// Moves the parameters, and allocates what is kept, the marks, and the lengths of what they are for.
    /// </summary>
    (Tensor Marks, Tensor Lengths) Allocate(Device device, string[] names)
    {
        TensorBlock.Gather([.. inMemory.Select(state => state.Parameter.Value)], "Parameter");
        TensorBlock.Gather([.. statistics.Select(statistic => statistic.Value)], "Parameter");
        Shape[] shapes = [.. inMemory.Select(state => state.Parameter.Value.Shape)];
        (string Name, Tensor[] Values)[] kept =
            [.. names.Select(name => (name, TensorBlock.Zeros(device, shapes, name)))];
        for (int i = 0; i < inMemory.Length; i++)
            inMemory[i].Tensors = [.. kept.Select(k => (k.Name, k.Values[i]))];
        int[] counts = [.. shapes.Concat(statistics.Select(s => s.Value.Shape)).Select(s => checked((int)s.Count)), 1];
        return (Integers(device, new int[OptimizerKernels.FirstTensor + counts.Length], "marks"),
            Integers(device, counts, "lengths"));
    }

    /// <summary>Of the parameters that are marked, the last in the network.</summary>
    Parameter LastMarked(ReadOnlySpan<int> marks, int since)
    {
        int last = -1;
        for (int i = 0; i < inMemory.Length; i++)
            if (marks[i] > since) last = Math.Max(last, states.IndexOf(inMemory[i]));
        return states[last].Parameter;
    }

    static Tensor Integers(Device device, int[] values, string name)
    {
        Tensor tensor = device.Unowned(new Shape(values.Length), ElementType.Int32, name);
        tensor.CopyFrom(values);
        return tensor;
    }
}
