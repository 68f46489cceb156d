using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Runs;

/// <summary>What may differ between a run and its continuation.</summary>
static class ResumeRules
{
    /// <summary>
    /// Allows another length, other checkpoints and other evaluations; nothing that a step depends on.
    /// </summary>
    /// <exception cref="UserErrorException">Something else was changed.</exception>
    public static void Check(RunConfig before, RunConfig now, RunFolder folder)
    {
        RunConfig allowed = before with
        {
            Train = before.Train with
            {
                Epochs = now.Train.Epochs,
                Steps = now.Train.Steps,
                CheckpointEverySteps = now.Train.CheckpointEverySteps,
                Keep = now.Train.Keep,
            },
            Evaluate = now.Evaluate,
        };
        if (ConfigReader.ToJson(allowed) != ConfigReader.ToJson(now))
            throw new UserErrorException($"{folder.Path} goes on with its own config: only train.epochs, train.steps,"
                + " train.checkpointEverySteps, train.keep and evaluate.* can be set when resuming");
    }
}
