using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Convolutions of every geometry read from phase planes, whichever form would be chosen for them.</summary>
[TestFixture("cpu-avx512", 2)]
[TestFixture("cpu-avx2", 1)]
[TestFixture("cpu-portable", 3)]
public sealed unsafe class PhaseConvolutionTests(string name, int threads)
{
    static readonly OpCase[] more =
    [
        Conv2dTests.Case("lines of several panels", new(1, 3, 21, 150, 5, 7, 7, new(2, 3)), Tolerance.Sum),
        Conv2dTests.Case("several groups", new(3, 70, 40, 37, 130, 3, 3, new(2, 1)), Tolerance.Sum),
        Conv2dTests.Case("stride 4, 11 taps", new(2, 3, 41, 40, 6, 11, 11, new(4, 2)), Tolerance.Sum),
        Conv2dTests.Case("padding on the right", new(2, 3, 9, 9, 6, 3, 3, new(2, 2, 0, 0, 3, 4, 1, 1)), Tolerance.Sum),
    ];

    static IEnumerable<OpCase> Cases => [.. Conv2dTests.Cases, .. more];

    [TestCaseSource(nameof(Cases))]
    public void Forward_HasTheBitsOfPackedPanels(OpCase c)
    {
        using Device device = TestDevices.Open(name, threads);
        CpuBackend cpu = (CpuBackend)device.Backend;
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                Compare<Simd512>(device, cpu, c);
                break;
            case CpuInstructionSet.Avx2:
                Compare<Simd256>(device, cpu, c);
                break;
            default:
                Compare<Simd128>(device, cpu, c);
                break;
        }
    }

    static void Compare<V>(Device device, CpuBackend cpu, OpCase c) where V : unmanaged, ITileVector<V>
    {
        Conv2d op = (Conv2d)c.Op;
        using Step step = device.BeginStep(record: false);
        Tensor[] inputs = OpTests.Upload(device, c, OpTests.Draw(c));
        ConvolutionShape d = op.Geometry.Over(inputs[0].Shape, inputs[1].Shape);
        Shape shape = op.InferShape([.. c.Inputs]);
        Tensor packed = device.Empty(shape), planes = device.Empty(shape);
        float* bias = op.HasBias ? inputs[2].Floats() : null, residual = op.HasResidual ? inputs[^1].Floats() : null;
        float* x = inputs[0].Floats(), weight = inputs[1].Floats();
        foreach (Tensor y in new[] { packed, planes })
        {
            PackedLeft<V> filters = DirectConvolution<V>.Pack(
                cpu, new PackedLeft<V>(cpu.Workspace.Begin(), d.K, d.C * d.R * d.S), weight, d);
            if (y == packed)
                DirectConvolution<V>.Forward(cpu, x, filters, bias, residual, y.Floats(), d, op.Clip);
            else
                PhaseConvolution<V>.Forward(cpu, new(d), x, filters, bias, residual, y.Floats(), op.Clip);
        }
        Assert.That(planes.ToArray(), Is.EqualTo(packed.ToArray()));
    }
}
