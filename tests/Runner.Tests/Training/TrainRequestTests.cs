using TripletGpu.Models;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

public sealed class TrainRequestTests
{
    TemporaryFolder folder = null!;

    string Run => folder["run"];

    [SetUp]
    public void MakeRun()
    {
        folder = new TemporaryFolder();
        Directory.CreateDirectory(Run);
        File.WriteAllText(new RunFolder(Run).Config, "{}");
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void From_ConfigAndOut_StartsANewRun() =>
        Assert.That(TrainRequest.From("mnist-small", folder["new"], resume: false, run: null),
            Is.EqualTo(new TrainRequest(new RunFolder(folder["new"]), "mnist-small", IsResumed: false)));

    [Test]
    public void From_EveryWayToNameTheRun_ResumesIt()
    {
        TrainRequest expected = new(new RunFolder(Run), new RunFolder(Run).Config, IsResumed: true);
        Assert.Multiple(() =>
        {
            Assert.That(TrainRequest.From(null, null, true, Run), Is.EqualTo(expected));
            Assert.That(TrainRequest.From("mnist-small", null, true, Run), Is.EqualTo(expected));
            Assert.That(TrainRequest.From("mnist-small", Run, true, null), Is.EqualTo(expected));
            Assert.That(TrainRequest.From(null, Run, true, null), Is.EqualTo(expected));
            Assert.That(TrainRequest.From(Run, null, true, null), Is.EqualTo(expected));
            Assert.That(
                TrainRequest.From(null, Run, true, "mnist-small"), Is.EqualTo(expected),
                "--resume mnist-small --out run");
        });
    }

    [Test]
    public void From_ResumeOfARunKilledBeforeItBegan_StartsAnew() =>
        Assert.That(TrainRequest.From("mnist-small", folder["killed"], true, null),
            Is.EqualTo(new TrainRequest(new RunFolder(folder["killed"]), "mnist-small", IsResumed: false)));

    [Test]
    public void From_NothingToGoOnWith_SaysWhatIsMissing()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                () => TrainRequest.From(null, null, false, null),
                Throws.TypeOf<UserErrorException>().With.Message.Contains("mnist-small"));
            Assert.That(
                () => TrainRequest.From(null, null, true, null),
                Throws.TypeOf<UserErrorException>().With.Message.Contains("--resume RUN"));
            Assert.That(
                () => TrainRequest.From(null, null, true, folder["none"]),
                Throws.TypeOf<UserErrorException>().With.Message.Contains("config.json"));
            Assert.That(
                () => TrainRequest.From(Run, null, false, null),
                Throws.TypeOf<UserErrorException>().With.Message.Contains("--resume"));
        });
    }
}
