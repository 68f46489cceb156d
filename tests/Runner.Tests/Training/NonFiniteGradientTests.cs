using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>
/// A finite loss with a gradient that is not: the run ends with one line, saves nothing of it, and can go on.
/// </summary>
public sealed class NonFiniteGradientTests
{
    [Test]
    public void ARun_EndsAtThatStep_KeepsWhatWasSaved_AndGoesOn([Values(2, 3, 4, 8)] int step)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(epochs: 2, checkpointEverySteps: 3);
        Train(job, "whole", step: null, isResumed: false);
        UserErrorException error =
            Assert.Throws<UserErrorException>(() => Train(job, "run", step, isResumed: false))!;
        Assert.That(error.Message, Does.Match(
            $@"^step {step}: the loss is [0-9.E-]+, but the gradient of linear\.bias holds NaN or infinity\. Try a"
            + " lower optimizer.learningRate than 0.002, or a warm-up$"));
        string[] checkpoints = Directory.Exists(Path.Combine(job["run"], "checkpoints"))
            ? Directory.GetDirectories(Path.Combine(job["run"], "checkpoints")) : [];
        Assert.That(checkpoints, Has.Length.EqualTo((step - 1) / 3), "what was saved before that step");
        Train(job, "run", step: null, isResumed: checkpoints.Length > 0);
        Assert.That(SyntheticRun.Metrics(job["run"]), Is.EqualTo(SyntheticRun.Metrics(job["whole"])));
    }

    static void Train(SyntheticRun job, string run, int? step, bool isResumed)
    {
        using Device device = new("cpu", new CpuBackend(threads: 1));
        device.Observer = step is { } number ? new Injection(device, number) : null;
        if (!isResumed && Directory.Exists(job[run])) Directory.Delete(job[run], recursive: true);
        RunFolder folder = new(job[run]);
        TrainingRun.Start(
            new TrainRequest(folder, isResumed ? folder.Config : job.Config, isResumed), [], device,
            new Terminal(new StringWriter(), new StringWriter()), json: false, new Ranks(null));
    }

    /// <summary>NaN in what the first backward pass of a step gives: the gradient of the embeddings.</summary>
    sealed class Injection(Device device, int step) : IOpObserver
    {
        Step? last;
        int count;

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
        }

        public void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            if (last == device.CurrentStep) return;
            last = device.CurrentStep;
            if (++count == step) device.Backend.Memory.Fill(last!.Gradients[x[0]], float.NaN);
        }
    }
}
