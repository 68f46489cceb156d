using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Planning;

namespace TripletGpu.Runner.Tests.Planning;

/// <summary>What is chosen for a folder of images, from what can be seen of it.</summary>
public sealed class FolderPlanTests
{
    [Test]
    public void SmallGreyImages_AreDigits()
    {
        RunConfig config = Plan(Survey(10, 6000, side: 28));
        Assert.Multiple(() =>
        {
            Assert.That(config.Model.Kind, Is.EqualTo(ModelKind.SmallCnn));
            Assert.That(config.Model.Input, Is.EqualTo(new[] { 1, 28, 28 }));
            Assert.That((config.Sampler.Classes, config.Sampler.PerClass), Is.EqualTo((10, 10)));
            Assert.That(config.Data.Augment, Is.EqualTo(new[] { "pad-crop:1" }), "a mirror makes other digits");
            Assert.That((config.Data.Split, config.Data.TestShare), Is.EqualTo((DataSplit.Images, 0.1)));
            Assert.That(config.Data.ValidationShare, Is.EqualTo(new ShareOrNone(0.05)));
            Assert.That(config.Train.Epochs, Is.InRange(3, 5));
        });
    }

    [TestCase(true, 96, 32)]
    [TestCase(false, 224, 64)]
    public void Photographs_AreOfTheSizeThatTheDeviceCanTake(bool isCpu, int side, int width)
    {
        RunConfig config = Plan(Survey(8, 200, side: 640, isGrey: false), isCpu);
        Assert.Multiple(() =>
        {
            Assert.That((config.Model.Kind, config.Model.Width), Is.EqualTo((ModelKind.Nn2, width)));
            Assert.That(config.Model.Input, Is.EqualTo(new[] { 3, side, side }));
            Assert.That((config.Sampler.Classes, config.Sampler.PerClass), Is.EqualTo((8, 8)));
            Assert.That(config.Data.Augment, Does.Contain("flip"));
        });
    }

    [Test]
    public void ManyClassesOfAFewImages_AreHeldOutWhole()
    {
        RunConfig config = Plan(Survey(100, 5, side: 100, isGrey: false));
        Assert.That(config.Data.Split, Is.EqualTo(DataSplit.Classes));
        Assert.That(config.Sampler.PerClass, Is.EqualTo(5));
    }

    [Test]
    public void OneShortClass_TakesFewerPlaces()
    {
        RunConfig config = Plan(Survey(3, 40, side: 28) with { Classes = [("a", 40), ("b", 40), ("c", 3)] });
        Assert.That(config.Sampler.Short, Is.EqualTo(ShortClasses.Fewer));
    }

    [TestCase(2, 2)]
    [TestCase(2, 3)]
    [TestCase(3, 11)]
    [TestCase(25, 2)]
    [TestCase(500, 3)]
    [TestCase(2, 5000)]
    public void Batches_AreAlwaysFilled(int classes, int images)
    {
        RunConfig config = Plan(Survey(classes, images, side: 28));
        int[] left = [.. Enumerable.Repeat(images, classes)];
        Assert.That(config.Sampler.Classes, Is.InRange(2, left.Length));
        Assert.That(config.Sampler.PerClass, Is.AtLeast(2));
        Assert.DoesNotThrow(() => ConfigReader.Parse(ConfigReader.ToJson(config), "plan", []));
    }

    [Test]
    public void AKindOfNetworkThatWasAskedFor_GetsWhatItNeeds()
    {
        RunConfig config = FolderPlan.Of(Survey(10, 100, side: 28), isCpu: true, ["model.kind=nn2"]).Config;
        Assert.That((config.Model.Kind, config.Model.Stem), Is.EqualTo((ModelKind.Nn2, StemKind.Stride1)));
    }

    [Test]
    public void EveryChoice_HasAReason()
    {
        IReadOnlyList<string> reasons = FolderPlan.Of(Survey(10, 100, side: 28), isCpu: true, []).Reasons;
        foreach (string what in (string[])["model:", "data:", "data.augment:", "sampler:", "train:", "loss:"])
            Assert.That(reasons, Has.Some.StartsWith(what));
        Assert.That(reasons[0], Does.Contain("the shortest class"));
    }

    [TestCase(28)]
    [TestCase(640)]
    public void GivenInput_IsWhatThePlanSays(int side)
    {
        FolderPlan plan = FolderPlan.Of(Survey(10, 100, side, isGrey: false), isCpu: true, ["model.input=[3, 40,32]"]);
        Assert.That(plan.Config.Model.Input, Is.EqualTo(new[] { 3, 40, 32 }));
        Assert.That(plan.Reasons, Has.Some.Contains("3 x 40 x 32 pixels, which are given"));
        Assert.That(plan.Reasons, Has.None.Contains("no more than 96"));
    }

    static RunConfig Plan(FolderSurvey survey, bool isCpu = true) => FolderPlan.Of(survey, isCpu, []).Config;

    static FolderSurvey Survey(int classes, int images, int side, bool isGrey = true) => new()
    {
        Path = "photos",
        Classes = [.. Enumerable.Range(0, classes).Select(c => ($"class {c}", images))],
        Width = side,
        Height = side,
        IsGrey = isGrey,
    };
}
