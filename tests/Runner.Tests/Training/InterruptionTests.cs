using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Tests.Training;

public sealed class InterruptionTests
{
    [Test]
    public void FirstSignal_AsksToStop_AndTheSecondEnds()
    {
        using Interruption interruption = new();
        Assert.That(interruption.Hear(130), Is.False);
        Assert.That((interruption.ExitCode, interruption.Token.IsCancellationRequested), Is.EqualTo((130, true)));
        Assert.That(interruption.Hear(143), Is.True);
    }

    /// <summary>
    /// Ranks hear of a signal one after the other: one that has agreed to stop hears its own while it saves.
    /// </summary>
    [Test]
    public void FirstSignal_AfterRanksHaveAgreed_EndsNothing()
    {
        using Interruption interruption = new();
        interruption.Request(143);
        interruption.Dispose(); // the run has been saved
        Assert.That(interruption.Hear(143), Is.False);
        Assert.That(interruption.ExitCode, Is.EqualTo(143));
    }
}
