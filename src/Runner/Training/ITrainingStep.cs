using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>One step: images to embeddings, loss, gradients, new weights.</summary>
interface ITrainingStep
{
    /// <summary>Trains on a batch by the current phase.</summary>
    /// <param name="start">Which step it is.</param>
    /// <param name="batch">The images and their classes.</param>
    /// <param name="collapse">What is wrong with the embeddings and what to try; null where they are sound.</param>
    /// <exception cref="UserErrorException">
    /// The training has diverged: the loss or a gradient is not finite, and no weight has changed; or a weight has
    /// become so.
    /// </exception>
    StepMetrics Run(StepStart start, Batch batch, out string? collapse);
}
