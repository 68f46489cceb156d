using TripletGpu.Autograd;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class PackedReadTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Values_ComeTogether_WordByWord()
    {
        using Step step = Device.BeginStep();
        // As floats these are denormal numbers and a signalling NaN, which arithmetic would change.
        int[] words = [1, -1, 0x7F80_0001, 0x0040_0000, 17];
        Tensor one = Device.Tensor(Shape.Scalar, [2.5f]), integers = Device.Tensor(new Shape(5), words);
        Tensor matrix = Device.Tensor(new Shape(2, 3), [1f, 2, 3, 4, float.NaN, float.NegativeInfinity]);
        PackedRead read = new(one, integers, matrix, one);
        Assert.That(read.Floats(one).ToArray(), Is.EqualTo(new[] { 2.5f }));
        Assert.That(read.Ints(integers).ToArray(), Is.EqualTo(words));
        Assert.That(read.Floats(matrix).ToArray(), Is.EqualTo(matrix.ToArray()));
        Assert.That(() => read.Floats(integers), Throws.InvalidOperationException.With.Message.Contains("Int32"));
        step.Discard(matrix);
        Assert.That(() => new PackedRead(one, matrix), Throws.InvalidOperationException);
    }
}
