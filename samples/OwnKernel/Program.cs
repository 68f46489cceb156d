// An operation of one's own: its kernels in C# (GeneralizedMeanKernels.cs), the operation with its gradient around them
// (GeneralizedMean.cs), run on the CPU, on ILGPU and on OpenCL, and compared.
using OwnKernel;
using TripletGpu;
using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Ops;

const float Power = 3;
const double Allowed = 1e-5, AllowedOfDifferences = 2e-3;
Shape shape = new(2, 3, 7, 5);
Random random = new(1);
float[] x = [.. Enumerable.Range(0, (int)shape.Count).Select(_ => (float)(2 * random.NextDouble() - 0.5))];
float[] cotangent = [.. Enumerable.Range(0, 6).Select(_ => (float)(2 * random.NextDouble() - 1))];
bool agree = true;

(float[] Y, float[] Dx) cpu = Run(new Device("cpu", new CpuBackend()));
Report("cpu", "its gradient is off central differences by", Distance(Differences(), cpu.Dx), AllowedOfDifferences);

Compare(new Device("ilgpu:cpu", new GpuBackend(IlgpuDevices.OpenCpu())));
IReadOnlyList<OpenClDevice> found = OpenClDevices.Find(out string reason);
if (found.FirstOrDefault(device => device.Unusable == "") is { } openCl)
    Compare(new Device("opencl:0", new GpuBackend(openCl.Open())));
else Console.WriteLine($"opencl: none here: {reason}");
return agree ? 0 : 1;

// The output, and the gradient of (y * cotangent).Sum() for x.
(float[] Y, float[] Dx) Run(Device device)
{
    using (device)
    using (Step step = device.BeginStep())
    {
        Tensor input = device.Tensor(shape, x);
        input.RequiresGradient = true;
        Tensor y = input.GeneralizedMean(Power);
        float[] output = y.ToArray();
        step.Backward(y.Multiply(device.Tensor(y.Shape, cotangent)).Sum());
        return (output, step.Gradients[input].ToArray());
    }
}

void Compare(Device device)
{
    string name = device.Name;
    (float[] y, float[] dx) = Run(device);
    Report(name, "its output is off the CPU's by", Distance([.. cpu.Y], y), Allowed);
    Report(name, "its gradient is off the CPU's by", Distance([.. cpu.Dx], dx), Allowed);
}

void Report(string device, string what, double distance, double allowed)
{
    Console.WriteLine($"{device}: {what} {distance:0.0e+0}");
    agree &= distance <= allowed;
}

// The formula again, in double.
double[] Differences()
{
    const double step = 1e-6;
    return [.. x.Select((_, i) => (Value(i, step) - Value(i, -step)) / (2 * step))];

    double Value(int moved, double by)
    {
        int pixels = x.Length / cotangent.Length;
        return cotangent.Select((weight, plane) => weight * Math.Pow(Enumerable.Range(plane * pixels, pixels).Average(
            i => Math.Pow(Math.Max(x[i] + (i == moved ? by : 0), 1e-6), Power)), 1 / Power)).Sum();
    }
}

// The largest difference, as a share of the largest value.
static double Distance(IReadOnlyList<double> expected, float[] actual) =>
    actual.Select((value, i) => Math.Abs(value - expected[i])).Max() / expected.Max(value => Math.Abs(value));
