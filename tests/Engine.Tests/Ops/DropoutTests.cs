using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class DropoutTests(string device) : DeviceFixture(device)
{
    static readonly DropoutMask Mask = new(0.3f, Seed: 0x123456789abcdef, Streams.Dropout + 2, Step: 17);

    [TestCase(1)]
    [TestCase(63)]
    [TestCase(1000)]
    [TestCase(50_001)]
    public void Dropout_KeepsWhatTheMaskKeeps_InBothPasses(int count)
    {
        using Step step = Device.BeginStep();
        float[] values = Values.ToSingle(Values.Uniform(count, new Random(1), 1, 2));
        Tensor x = Device.Tensor(new Shape(count), values);
        x.RequiresGradient = true;
        Tensor y = x.Dropout(Mask);
        step.Backward(y, x);
        float[] expected = [.. values.Select((v, i) => Mask.Keeps(i) ? v * Mask.Scale : 0)];
        Assert.That(y.ToArray(), Is.EqualTo(expected));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Dropout_DropsItsShare_AndOtherSeedsStepsAndStreamsDropOthers()
    {
        bool[] kept = Kept(Mask);
        // The deviation of the share is 0.0014: five of them.
        Assert.That(kept.Average(k => k ? 0.0 : 1), Is.EqualTo(0.3).Within(0.007));
        DropoutMask[] others = [Mask with { Seed = 1 }, Mask with { Step = 18 }, Mask with { Stream = 5 }];
        foreach (DropoutMask other in others)
            Assert.That(Kept(other).Zip(kept, (a, b) =>
                a == b ? 1.0 : 0).Average(), Is.EqualTo(0.58).Within(0.01), $"{other}");
    }

    [Test]
    public void Dropout_AtRateZero_KeepsAll()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(3), [1f, -2, 3]);
        Assert.That(x.Dropout(Mask with { Rate = 0 }).ToArray(), Is.EqualTo(x.ToArray()));
    }

    [Test]
    public void Dropout_AtRateOne_IsRefused()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(3), [1f, -2, 3]);
        Assert.That(() => x.Dropout(Mask with { Rate = 1 }), Throws.TypeOf<ShapeException>());
    }

    bool[] Kept(DropoutMask mask)
    {
        using Step step = Device.BeginStep(record: false);
        float[] ones = [.. Enumerable.Repeat(1f, 100_003)];
        return Array.ConvertAll(Device.Tensor(new Shape(ones.Length), ones).Dropout(mask).ToArray(), v => v != 0);
    }
}

/// <summary>Dropout by its definition: the mask times the scale, in both passes.</summary>
public static class DropoutCases
{
    public static IEnumerable<OpCase> Cases =>
        [Case("an odd number", new(3, 7, 5)), Case("two threads", new(5, 33, 211))];

    static OpCase Case(string name, Shape x)
    {
        DropoutMask mask = new(0.4f, Seed: 7, Streams.Dropout + 1, Step: 3);
        double[] Masked(double[] values) => [.. values.Select((v, i) => mask.Keeps(i) ? v * mask.Scale : 0)];
        return new(
            $"Dropout of {name}", new Dropout(mask), [x], v => Masked(v[0]), (_, dy) => [Masked(dy)],
            Tolerance.Elementwise);
    }
}
