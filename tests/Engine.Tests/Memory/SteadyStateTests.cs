using TripletGpu.Autograd;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;
using Dropout = TripletGpu.Modules.Dropout;

namespace TripletGpu.Engine.Tests.Memory;

/// <summary>A training loop allocates nothing after its first steps, on the device and in managed memory.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SteadyStateTests(string device) : DeviceFixture(device)
{
    const int Batch = 8, Width = 37, Steps = 200, Rounds = 5, MostBytes = 20_000;

    [Test]
    public void Training_KeepsOnlyParametersAndOptimizerState()
    {
        Sequential network = new(Device, new Gate(Device), new Dropout(Device, 0.2f, seed: 1), new Gate(Device));
        network.Initialize(1);
        Adam optimizer = new(network.Parameters());
        // And a word for each parameter and the loss that says whether it was finite, one that says how long it is, and
        // two for all. Parameters begin at multiples of sixteen elements.
        long marks = 4 * (2 * network.Parameters().Count + 4);
        long expected = network.Parameters().Sum(p => (p.Value.Count + 15) / 16 * 16 * 4) * 3 + marks, reserved = 0;
        int done = 0;
        void Train(int steps)
        {
            for (int end = done + steps; done < end; done++)
            {
                using (Step step = Device.BeginStep())
                {
                    network.SetStep(done);
                    float[] values = Values.ToSingle(Values.Normal(Batch * Width, new(done)));
                    Tensor x = Device.Tensor(new Shape(Batch, Width), values);
                    Tensor loss = network.Forward(x).Square().Mean();
                    step.Backward(loss);
                    optimizer.Update(step.Gradients, 0.01f);
                }
                Assert.That(Device.Pool.LiveBytes, Is.EqualTo(expected), $"after step {done}");
                if (done == 2) reserved = Device.Pool.ReservedBytes;
                if (done > 2) Assert.That(Device.Pool.ReservedBytes, Is.EqualTo(reserved), $"after step {done}");
            }
        }
        Train(5);
        // One tensor handle a step would be 20 KB a round. Other fixtures' leftovers, the just-in-time compiler and a
        // driver's threads move a round by more, but not each of them.
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least >= MostBytes; round++)
        {
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            Train(Steps);
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true) - managed);
        }
        Assert.That(least, Is.LessThan(MostBytes), "managed bytes more after a round");
        network.Release();
        optimizer.Release();
        Assert.That(Device.Pool.LiveBytes, Is.Zero);
    }

    [Test]
    public void AFailedStep_LeavesNothingBehind()
    {
        long before = Device.Pool.LiveBytes;
        Assert.That(() =>
        {
            using Step step = Device.BeginStep();
            Tensor x = Device.Empty(new Shape(3, 4));
            x.Square().Add(Device.Empty(new Shape(5)));
        }, Throws.TypeOf<ShapeException>());
        Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before));
        Assert.That(Device.CurrentStep, Is.Null);
    }

    /// <summary>tanh(w x + b), element by element.</summary>
    sealed class Gate : Module
    {
        readonly Parameter weight, bias;

        public Gate(Device device) : base(device) => (weight, bias) = (
            AddParameter("weight", new Shape(Width), Initializer.FanIn(1)),
            AddParameter("bias", new Shape(Width), Initializer.FanIn(1)));

        public override Tensor Forward(Tensor x) => x.Multiply(weight.Value).Add(bias.Value).Tanh();
    }
}
