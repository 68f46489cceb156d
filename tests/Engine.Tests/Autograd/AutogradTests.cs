using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Autograd;

/// <summary>The chain rule over graphs, and who owns which tensor for how long.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class AutogradTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Backward_OfBranchesThatMeet_AddsTheirGradients()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3);
        Tensor a = x.Square(), b = a.Multiply(x), c = a.Add(b).Multiply(a);
        step.Backward(c); // x^4 + x^5
        Assert.That(step.Gradients[x].ToScalar(), Is.EqualTo(4 * 27 + 5 * 81));
    }

    [Test]
    public void Backward_TwiceInAStep_AddsUp()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3);
        step.Backward(x.Square());
        step.Backward(x.Scale(10));
        Assert.That(step.Gradients[x].ToScalar(), Is.EqualTo(16));
    }

    [Test]
    public void Backward_OfWhatAnotherBackwardHasWalked_Throws()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3), square = x.Square(), other = x.Scale(2);
        step.Backward(square);
        Assert.That(() => step.Backward(square), Throws.InvalidOperationException.With.Message.Contains("Square"));
        Assert.That(() => step.Backward(other), Throws.InvalidOperationException);
    }

    [Test]
    public void Backward_ThroughViews_SharesAndAdds()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, 3), [1f, 2, 3, 4, 5, 6]);
        x.RequiresGradient = true;
        // The view's gradient comes first and shares memory; the second contribution must add to it.
        Tensor direct = x.Sum(), viewed = x.Reshape(3, 2).Square().Sum();
        step.Backward(direct.Add(viewed));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(new[] { 3f, 5, 7, 9, 11, 13 }));
    }

    [Test]
    public void Backward_WhereGradientsTakeEachOthersPlace_AddsAndLeavesTheGivenOneAlone()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(4), [1f, -2, 3, -4]);
        x.RequiresGradient = true;
        Tensor given = Device.Tensor(new Shape(4), [1f, 10, 100, 1000]);
        // Square's gradient would lie where the ReLU's does, were x's not there already.
        Tensor open = x.Relu(), y = open.Add(x.Square()).Negate().Negate();
        step.Backward(y, given);
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(new[] { 3f, -40, 700, -8000 }));
        Assert.That(given.ToArray(), Is.EqualTo(new[] { 1f, 10, 100, 1000 }));
    }

    [Test]
    public void Backward_OfAViewOfALeaf_GivesTheLeafsGradient()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, 2), [1f, 2, 3, 4]);
        x.RequiresGradient = true;
        Tensor y = x.Flatten().Reshape(4);
        step.Backward(y, Device.Tensor(new Shape(4), [5f, 6, 7, 8]));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(new[] { 5f, 6, 7, 8 }));
        Assert.That(step.Gradients[x].Shape, Is.EqualTo(x.Shape));
    }

    [Test]
    public void Backward_LeavesOutWhatWantsNoGradient()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3), frozen = Device.Tensor(new Shape(1), [2f]);
        step.Backward(x.Multiply(frozen));
        Assert.That(step.Gradients.Find(frozen), Is.Null);
        Assert.That(() =>
            step.Gradients[frozen], Throws.InvalidOperationException.With.Message.Contains("no gradient"));
    }

    [Test]
    public void Backward_WithoutARecording_Throws()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor y = Leaf(3).Square();
        Assert.That(y.RequiresGradient, Is.False);
        Assert.That(() => step.Backward(y), Throws.InvalidOperationException.With.Message.Contains("not recorded"));
    }

    [Test]
    public void Backward_OfMoreThanAScalar_NeedsItsGradient()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2), [1f, 2]);
        x.RequiresGradient = true;
        Tensor y = x.Square();
        Assert.That(() => step.Backward(y), Throws.InvalidOperationException.With.Message.Contains("2 elements"));
        Assert.That(() => step.Backward(y, Device.Tensor(new Shape(1), [1f])), Throws.ArgumentException);
    }

    [Test]
    public void Backward_OfAnOuterStep_WaitsForTheInnerOne()
    {
        using Step outer = Device.BeginStep();
        Tensor y = Leaf(3).Square();
        using Step inner = Device.BeginStep(record: false);
        Assert.That(() => outer.Backward(y), Throws.InvalidOperationException.With.Message.Contains("innermost"));
        Assert.That(() => inner.Backward(y), Throws.InvalidOperationException);
    }

    [Test]
    public void Backward_ReleasesActivations_ButNotTheLoss()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3), hidden = x.Square(), loss = hidden.Square();
        step.Backward(loss);
        Assert.That(loss.ToScalar(), Is.EqualTo(81));
        Assert.That(() => hidden.ToScalar(), Throws.InvalidOperationException.With.Message.Contains("made by Square"));
    }

    [Test]
    public void ReleasedTensors_NameTheOperationThatMadeThem()
    {
        Tensor y;
        using (Device.BeginStep(record: false)) y = Leaf(1).Exp();
        Assert.That(y.IsReleased);
        Assert.That(() =>
            y.ToArray(), Throws.InvalidOperationException.With.Message.Contains("made by Exp with shape (1)"));
        using Step step = Device.BeginStep();
        Assert.That(() => y.Square(), Throws.InvalidOperationException.With.Message.Contains("made by Exp"));
    }

    [Test]
    public void Keep_PassesATensorToTheOuterStep_AndThenToNobody()
    {
        Tensor y;
        using (Step outer = Device.BeginStep(record: false))
        {
            using (Step inner = Device.BeginStep(record: false)) y = inner.Keep(Leaf(2).Square());
            Assert.That(y.ToScalar(), Is.EqualTo(4));
            Assert.That(() => Step.Free(y), Throws.InvalidOperationException);
            outer.Keep(y);
        }
        Assert.That(y.ToScalar(), Is.EqualTo(4));
        Step.Free(y);
        Assert.That(y.IsReleased);
    }

    [Test]
    public void Keep_SavesAnActivationFromBackward()
    {
        using Step step = Device.BeginStep();
        Tensor hidden = step.Keep(Leaf(3).Square());
        step.Backward(hidden.Square());
        Assert.That(hidden.ToScalar(), Is.EqualTo(9));
        Step.Free(hidden);
    }

    [Test]
    public void Discard_WaitsForTheBackwardPassThatReadsTheTensor()
    {
        using Step step = Device.BeginStep();
        Tensor x = Leaf(3), saved = x.Square(), unsaved = saved.Square(), loss = unsaved.Negate();
        step.Discard(saved);
        step.Discard(unsaved);
        Assert.That((saved.IsReleased, unsaved.IsReleased), Is.EqualTo((false, true)));
        step.Backward(loss);
        Assert.That(step.Gradients[x].ToScalar(), Is.EqualTo(-108));
    }

    [Test]
    public void Discard_OfAViewsSource_KeepsTheMemoryForTheView()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Leaf(5), view = x.Reshape(1, 1);
        step.Discard(x);
        Assert.That(view.ToScalar(), Is.EqualTo(5));
    }

    [Test]
    public void Steps_EndInTheOppositeOrderOfTheirBeginning()
    {
        Step outer = Device.BeginStep(), inner = Device.BeginStep();
        Assert.That(outer.Dispose, Throws.InvalidOperationException);
        inner.Dispose();
        outer.Dispose();
        Assert.That(Device.CurrentStep, Is.Null);
    }

    [Test]
    public void Tensors_OutsideAStep_AreRefused() =>
        Assert.That(() =>
            Device.Empty(new Shape(1)), Throws.InvalidOperationException.With.Message.Contains("BeginStep"));

    [Test]
    public void Operations_OnTwoDevices_AreRefused()
    {
        using Device other = TestDevices.Open(DeviceName, threads: 1);
        using Step step = Device.BeginStep(), otherStep = other.BeginStep();
        Tensor here = Leaf(1), there = other.Tensor(new Shape(1), [1f]);
        Assert.That(() => here.Add(there), Throws.TypeOf<ShapeException>().With.Message.Contains("copy one over"));
    }

    Tensor Leaf(float value)
    {
        Tensor x = Device.Tensor(new Shape(1), [value]);
        x.RequiresGradient = true;
        return x;
    }
}
