using System.Diagnostics;
using System.Globalization;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>
/// The training loop: step after step, with checkpoints and evaluations between them. Everything that a step does is a
/// function of the seed and the step's number, so that a run goes on from a checkpoint as if it had never stopped.
/// </summary>
/// <param name="parts">What is trained, on what, how.</param>
/// <param name="files">Where checkpoints and metrics go.</param>
/// <param name="evaluator">Measures the network between epochs.</param>
/// <param name="log">What the user and log.txt are told.</param>
/// <param name="progress">How far the training is.</param>
/// <param name="interruption">Asks to stop.</param>
/// <param name="ranks">Who trains together.</param>
sealed class Trainer(
    TrainingParts parts, RunFiles files, RunEvaluator evaluator, RunLog log, ProgressLine progress,
    Interruption interruption, Ranks ranks)
{
    readonly int batchesPerEpoch = parts.Batches.BatchesPerEpoch;
    readonly TrainConfig config = parts.Config.Train;
    readonly EpochMeter meter = new();
    readonly bool canJudge = evaluator.CanJudge;

    /// <summary>The number of steps of the whole run.</summary>
    public long TotalSteps { get; } = parts.TotalSteps;

    /// <summary>Trains from <paramref name="state"/> to the end, or until somebody interrupts.</summary>
    /// <param name="state">Where the run stands; weights and optimizer are as they were then.</param>
    /// <param name="stepped">Called after every step.</param>
    public TrainingState Run(TrainingState state, Action stepped)
    {
        using MetricsFile? metrics = ranks.IsFirst ? MetricsFile.Continue(files.Folder.Metrics, state.Step) : null;
        using BatchPrefetcher batches = new(parts.Batches, BatchPosition.After(state.Step, batchesPerEpoch));
        long saved = state.Step;
        RankTraffic traffic = new(ranks, state);
        ITrainingStep step = parts.Share is { } share ? new SharedStep(parts, share, ranks) : new TrainingStep(parts);
        parts.Network.Train(true);
        while (true)
        {
            bool isStopping = IsStopping();
            if (IsEvaluationDue(state) && !isStopping)
            {
                state = traffic.Apart(() => Evaluate(state));
                isStopping = IsStopping();
            }
            if (IsOver(state) || isStopping) break;
            state = Advance(state, step, batches, metrics);
            stepped();
            if (!IsCheckpointDue(state)) continue;
            Save(state, metrics);
            saved = state.Step;
        }
        if (saved != state.Step) Save(state, metrics);
        if (traffic.Describe(state) is { } line) log.Note(line);
        return state;
    }

    /// <summary>Whether somebody asked one of the ranks to stop: then all do, after the same step.</summary>
    bool IsStopping()
    {
        int code = ranks.Max(interruption.ExitCode);
        if (code != 0 && !interruption.IsRequested) interruption.Request(code);
        return code != 0;
    }

    /// <summary>After the last step, or where the validation part has not been better for long enough.</summary>
    bool IsOver(TrainingState state)
    {
        if (state.Step >= TotalSteps) return true;
        if (config.Patience is not { } patience || state.EvaluationsSinceBest < patience) return false;
        log.Say($"stopped after step {state.Step:N0} of {TotalSteps:N0}: no higher precision at 1 in"
            + $" {Counted.Of(patience, "evaluation")} (train.patience)");
        return true;
    }

    TrainingState Advance(TrainingState state, ITrainingStep step, BatchPrefetcher batches, MetricsFile? metrics)
    {
        long number = state.Step + 1;
        if (parts.Enter(parts.PhaseOf(number))) log.Say(parts.DescribePhase());
        long started = Stopwatch.GetTimestamp();
        // Waiting for images is part of the time that training takes.
        Batch batch = batches.Take();
        StepMetrics result = step.Run(
            new StepStart(number, EpochOf(number), state.Seconds, started), batch, out string? collapse);
        if (collapse is not null && !state.IsCollapsed) log.Say($"step {number}: {collapse}");
        metrics?.Append(result);
        parts.Board?.Add(result);
        meter.Add(result, batch.AllLabels.Length, result.Seconds - state.Seconds);
        state = state with
        {
            Step = number,
            Seconds = result.Seconds,
            IsCollapsed = collapse is not null || state.IsCollapsed && result.EffectiveRank is null,
        };
        progress.Report(state.Step, TotalSteps, () => Line(state, result));
        if (state.Step % batchesPerEpoch == 0 || state.Step == TotalSteps) EndEpoch(state);
        return state;
    }

    void Save(TrainingState state, MetricsFile? metrics)
    {
        if (metrics is null) return;
        metrics.Flush();
        parts.Board?.Flush();
        files.Save(parts, state);
        log.Note($"saved a checkpoint at step {state.Step}");
    }

    TrainingState Evaluate(TrainingState state)
    {
        EvaluationPoint point;
        try
        {
            if (evaluator.PrecisionAt1(state.Step, state.Step == TotalSteps) is not { } precision) return state;
            point = new EvaluationPoint(state.Step, EpochOf(state.Step), precision);
        }
        catch (OperationCanceledException)
        {
            return state; // interrupted: it is evaluated when the run goes on
        }
        bool isBest = IsChosen && (state.Best is not { } best || point.PrecisionAt1 > best.PrecisionAt1);
        if (isBest && ranks.IsFirst)
            BestWeights.Write(
                files.Folder, parts.Network, new BestNetwork(point.Step, evaluator.Part, point.PrecisionAt1));
        parts.Board?.Evaluated(point.Step, point.PrecisionAt1);
        log.Say(string.Create(CultureInfo.InvariantCulture,
            $"epoch {point.Epoch}/{EpochOf(TotalSteps)}: precision at 1"
            + $" {point.PrecisionAt1:0.0000} on {evaluator.Part}{(isBest ? ", the best so far" : "")}"));
        return state with { Evaluations = [.. state.Evaluations, point] };
    }

    void EndEpoch(TrainingState state)
    {
        log.Say($"epoch {EpochOf(state.Step)}/{EpochOf(TotalSteps)}: {meter}");
        meter.Clear();
    }

    /// <summary>Whether a part that is neither trained on nor tested chooses the best network.</summary>
    bool IsChosen => parts.Data.Validation is not null;

    /// <summary>Between epochs; after the last step only for the choice, as every figure is measured then.</summary>
    bool IsEvaluationDue(TrainingState state)
    {
        int every = parts.Config.Evaluate.EveryEpochs;
        bool isDue = state.Step >= TotalSteps
            ? IsChosen
            : every > 0 && state.Step > 0 && state.Step % ((long)every * batchesPerEpoch) == 0;
        return isDue && canJudge && (state.Evaluations.Count == 0 || state.Evaluations[^1].Step < state.Step);
    }

    bool IsCheckpointDue(TrainingState state) => state.Step == TotalSteps
        || config.CheckpointEverySteps > 0 && state.Step % config.CheckpointEverySteps == 0;

    int EpochOf(long step) => (int)((Math.Max(step, 1) - 1) / batchesPerEpoch) + 1;

    string Line(TrainingState state, StepMetrics metrics) => string.Create(CultureInfo.InvariantCulture,
        $"epoch {metrics.Epoch}/{EpochOf(TotalSteps)}  step {state.Step:N0}/{TotalSteps:N0}  loss {metrics.Loss:0.0000}"
        + $"  {metrics.ActiveShare}  {metrics.ImagesPerSecond:N0} images/s"
        + $"  {Duration.Text(state.Seconds / state.Step * (TotalSteps - state.Step))} left");
}
