using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>Saves and restores what a run needs to go on.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="keep">How many checkpoints are kept.</param>
sealed class RunFiles(RunFolder folder, int keep)
{
    readonly CheckpointStore store = new(folder.Checkpoints, keep);

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => folder;

    /// <summary>Writes a checkpoint.</summary>
    public void Save(TrainingParts parts, TrainingState state)
    {
        List<(string, Action<Stream>)> files =
        [
            (Checkpoint.Weights, stream => Weights.Write(stream, parts.Network)),
            (Checkpoint.Optimizer, stream => OptimizerState.Write(stream, parts.Optimizer)),
            (Checkpoint.State, (state with { Data = parts.DescribeData() }).Write),
        ];
        if (parts.Classifier is { } classifier)
            files.Add((Checkpoint.Classifier, stream => Weights.Write(stream, classifier)));
        if (parts.Memory is { } memory) files.Add((Checkpoint.Memory, memory.Write));
        store.Save(state.Step, [.. files]);
    }

    /// <summary>
    /// As <see cref="Restore(TrainingParts, Action{string})"/> on rank 0, whose files and state all ranks go on with.
    /// </summary>
    public TrainingState Restore(TrainingParts parts, Action<string> warn, Ranks ranks)
    {
        TrainingState state = ranks.FromFirst(() => Restore(parts, warn));
        if (ranks.Size == 1 || state.Step == 0) return state;
        if (!ranks.IsFirst) parts.Enter(parts.PhaseOf(state.Step));
        IEnumerable<Parameter> parameters = [.. parts.Network.Parameters(), .. parts.Classifier?.Parameters() ?? []];
        foreach (Parameter parameter in parameters) ranks.Broadcast(parameter.Value);
        foreach (ParameterState kept in parts.Optimizer.States)
        {
            kept.Step = ranks.FromFirst(() => kept.Step);
            foreach ((_, Tensor value) in kept.Tensors) ranks.Broadcast(value);
        }
        parts.Memory?.Share(ranks);
        return state;
    }

    /// <summary>
    /// Brings weights and optimizer to the newest checkpoint that is whole. Without any the run stands at
    /// its beginning.
    /// </summary>
    /// <param name="parts">Freshly built, as at the run's beginning.</param>
    /// <param name="warn">Hears of checkpoints that are skipped.</param>
    public TrainingState Restore(TrainingParts parts, Action<string> warn)
    {
        store.Tidy();
        // Of files that a killed process had not renamed yet.
        foreach (string path in Directory.GetFiles(folder.Path, "*.part")) File.Delete(path);
        if (store.FindNewest(warn) is not { } checkpoint) return new TrainingState();
        // At the end of a phase the checkpoint is still of that phase.
        parts.Enter(parts.PhaseOf(Math.Max(1, checkpoint.Step)));
        Weights.Read(checkpoint.PathOf(Checkpoint.Weights), parts.Network);
        if (parts.Classifier is { } classifier) Weights.Read(checkpoint.PathOf(Checkpoint.Classifier), classifier);
        parts.Memory?.Read(checkpoint.PathOf(Checkpoint.Memory));
        OptimizerState.Read(checkpoint.PathOf(Checkpoint.Optimizer), parts.Optimizer);
        TrainingState state = TrainingState.Read(checkpoint.PathOf(Checkpoint.State));
        if (state.Data is { } then && then != parts.DescribeData())
            throw new UserErrorException(
                $"{folder.Path} was trained on {then} until step {state.Step}, but the data is now"
                + $" {parts.DescribeData()}: bring it back, or start a new run");
        return state;
    }
}
