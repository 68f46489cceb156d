using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Sets and batches without a triplet: refused in one line before there is a folder, or counted.</summary>
public sealed class TripletBatchesTests
{
    const int Side = 12;

    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <param name="sizes">How many images each class has.</param>
    /// <param name="settings">Of the run.</param>
    CliResult Train(int[] sizes, params string[] settings)
    {
        int[] labels = [.. sizes.SelectMany((size, label) => Enumerable.Repeat(label, size))];
        Random random = new(4);
        float[] pixels = new float[labels.Length * Side * Side];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
        Npy.Write(folder["x.npy"], new Shape(labels.Length, 1, Side, Side), pixels);
        Npy.Write(folder["y.npy"], new Shape(labels.Length), labels);
        File.WriteAllText(folder["config.json"], """
            {
              "model": { "kind": "small-cnn", "input": [1, 12, 12], "embedding": 4 },
              "data": { "kind": "arrays" },
              "sampler": { "classes": 4, "perClass": 3 },
              "train": { "epochs": 1 }
            }
            """);
        string[] all = [$"data.images={folder["x.npy"]}", $"data.labels={folder["y.npy"]}", .. settings];
        return Cli.Run(["train", folder["config.json"], "--out", folder["run"],
            .. all.SelectMany(s => new[] { "--set", s })]);
    }

    static int[] Same(int classes, int images) => [.. Enumerable.Repeat(images, classes)];

    [TestCase("")]
    [TestCase("sampler.kind=shuffled sampler.batch=12")]
    [TestCase("sampler.kind=sequential sampler.batch=12")]
    [TestCase("sampler.short=fewer")]
    [TestCase("sampler.kind=shuffled sampler.batch=12 loss.rule=explicit")]
    [TestCase("sampler.kind=shuffled sampler.batch=12 loss.kind=softmax")]
    public void OneClass_IsRefused(string settings) =>
        AssertRefused(Train([40], Split(settings)), "arrays train has one class, 0: nothing can be told apart");

    [Test]
    public void OneClass_AmongTheFirstOfSortedFiles_IsSaidToBe() => AssertRefused(
        Train(Same(4, 12), "data.limit=12"), "has one class, 0 among the first 12 images (data.limit)");

    [TestCase("")]
    [TestCase("sampler.kind=shuffled sampler.batch=12")]
    [TestCase("sampler.kind=sequential sampler.batch=12")]
    [TestCase("sampler.short=fewer")]
    [TestCase("sampler.kind=shuffled sampler.batch=12 loss.rule=explicit")]
    public void ClassesOfOneImage_AreRefused(string settings) =>
        AssertRefused(Train(Same(40, 1), Split(settings)), "each of the 40 classes of arrays train has one image:");

    [Test]
    public void ClassesOfTwo_OfWhichOneIsHeldOut_AreRefused() => AssertRefused(
        Train(Same(40, 2), "data.validationShare=0.5"),
        "has one image left; data.validationShare holds the others out");

    [TestCase("sampler.short=repeat")]
    [TestCase("sampler.kind=shuffled sampler.batch=12 loss.kind=softmax")]
    public void ClassesOfOneImage_AreEnough_WhereTheyRepeatOrAreNamed(string settings) =>
        AssertDone(Train(Same(40, 1), Split(settings)));

    /// <summary>Without labels: the thirds of a batch are the triplets.</summary>
    [Test]
    public void TripletsInOrder_NeedNoClasses() => AssertDone(
        Train([24], "sampler.kind=sequential", "sampler.batch=12", "loss.rule=explicit"));

    [Test]
    public void SortedFiles_WhoseBatchesHoldOneClassEach_AreRefused() => AssertRefused(
        Train(Same(4, 12), "sampler.kind=sequential", "sampler.batch=6"),
        "none of the 8 batches of 6 images holds a triplet");

    [Test]
    public void OnePhase_ThatMeetsNoTriplet_IsRefused() => AssertRefused(
        Train(
            Same(4, 12), "sampler.kind=sequential", "sampler.batch=12",
            """phases=[{"steps":2,"loss":{"kind":"softmax"}},{"steps":2}]"""),
        "none of the 2 batches of 12 images holds a triplet");

    /// <summary>
    /// 4 classes of 5 among 200 of one image make pairs in 5 of 19 batches: their own share is active, not a fifth.
    /// </summary>
    [Test]
    public void BatchesWithoutATriplet_AreCounted_AndLeftOutOfTheActiveShare()
    {
        CliResult result = Train([.. Same(200, 1), .. Same(4, 5)], "sampler.short=fewer");
        AssertDone(result);
        Assert.That(
            result.Error, Does.Match(@"1\d of the 19 batches of an epoch hold no triplet").And.Contain("short=repeat"));
        Assert.That(result.Error, Does.Match("epoch 1/1: loss [0-9.]+, active [5-9][0-9]%"));
    }

    [Test]
    public void ActiveShare_OfNothing_IsNotZero()
    {
        ActiveShare none = ActiveShare.Of(new LossConfig(), active: 0, pairs: 0, triplets: 0);
        Assert.That((none.Value, $"{none}"), Is.EqualTo(((double?)null, "no pairs")));
        Assert.That($"{none + new ActiveShare(1, 4)}", Is.EqualTo("active 25%"));
    }

    static string[] Split(string settings) => settings.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    void AssertRefused(CliResult result, string expected)
    {
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Out);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(expected));
        Assert.That(Directory.Exists(folder["run"]), Is.False, "nothing is left behind");
    }

    static void AssertDone(CliResult result) =>
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
}
