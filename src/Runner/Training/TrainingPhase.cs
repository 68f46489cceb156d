using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>
/// A part of a run: its loss, what is frozen, its learning rate. Optimizer state and schedule begin anew with it.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="Start">The steps before it.</param>
/// <param name="Length">Its steps.</param>
/// <param name="Loss">What is minimised.</param>
/// <param name="Freeze">What stays as it is.</param>
/// <param name="LearningRate">Before the schedule.</param>
sealed record TrainingPhase(int Number, long Start, long Length, LossConfig Loss, string[] Freeze, double LearningRate)
{
    /// <summary>The steps done when it is over.</summary>
    public long End => Start + Length;

    /// <summary>The phases of a run, at least one.</summary>
    /// <exception cref="UserErrorException">The run is over before its last phase begins.</exception>
    public static IReadOnlyList<TrainingPhase> Of(RunConfig config, int batchesPerEpoch)
    {
        long total = Steps(config.Train.Epochs, config.Train.Steps);
        PhaseConfig[] given = config.Phases.Length == 0 ? [new PhaseConfig()] : config.Phases;
        List<TrainingPhase> phases = [];
        long start = 0;
        foreach (PhaseConfig phase in given)
        {
            bool hasLength = phase.Epochs is not null || phase.Steps is not null;
            long length = hasLength ? Steps(phase.Epochs ?? 0, phase.Steps) : total - start;
            if (length < 1)
                throw new UserErrorException(
                    $"phases[{phases.Count}] begins after {Counted.Of(start, "step")}, but train.epochs and"
                    + $" train.steps make a run of {total}: make the run longer or the phases before shorter");
            phases.Add(new TrainingPhase(
                phases.Count + 1, start, length, phase.Loss ?? config.Loss, phase.Freeze ?? config.Model.Freeze,
                phase.LearningRate ?? config.Optimizer.LearningRate));
            start += length;
        }
        return phases;

        long Steps(int epochs, int? steps) => steps ?? (long)epochs * batchesPerEpoch;
    }
}
