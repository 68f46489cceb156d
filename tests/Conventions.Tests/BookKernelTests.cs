using TripletGpu.Autograd;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Runner.Book;
using TripletGpu.Support;

namespace TripletGpu.Conventions.Tests;

/// <summary>
/// The kernels that the book names for an operation are those that its cases launch, with a CPU's forms and with a
/// GPU's.
/// </summary>
public sealed class BookKernelTests
{
    const int LargestCase = 30_000;

    // Almost everybody's, for gradients of nothing: it would say little.
    const string Filled = "ElementwiseKernels.Fill";

    [Test]
    public void Operations_LaunchTheKernelsThatTheBookNames()
    {
        SortedDictionary<string, (SortedSet<string> Forward, SortedSet<string> Backward)> launched =
            new(StringComparer.Ordinal);
        using IGpuDriver real = TestDevices.OpenDriver(TestDevices.OpenCl);
        foreach (bool isCpu in (bool[])[true, false])
        {
            AlteredDriver driver = new(real);
            GpuCapabilities said = driver.Capabilities with { IsCpu = isCpu };
            using Device device = new("recorded", new GpuBackend(driver, new LaunchPlan(said)));
            foreach (OpCase c in OpTests.Cases.Where(c => c.Inputs.All(x => x.Count <= LargestCase)))
            {
                string name = NameOf(c.Op.GetType());
                if (!launched.ContainsKey(name)) launched[name] = ([], []);
                Record(device, driver, c, launched[name].Forward, launched[name].Backward);
            }
        }
        BookContext book = new(BenchPoints.None);
        Repository.AssertNone(
            from operation in book.Operations
            where launched.ContainsKey(operation.Name)
            let found = launched[operation.Name]
            where !found.Forward.SequenceEqual((operation.Says.Forward ?? []).Order(StringComparer.Ordinal))
                || !found.Backward.SequenceEqual((operation.Says.Backward ?? []).Order(StringComparer.Ordinal))
            select $"{operation.Name}: \"forward\": [{Quoted(found.Forward)}],"
                + $" \"backward\": [{Quoted(found.Backward)}]",
            "the book names the kernels that an operation launches");
    }

    static void Record(
        Device device, AlteredDriver driver, OpCase c, SortedSet<string> forward, SortedSet<string> backward)
    {
        Random random = new(1);
        using Step step = device.BeginStep();
        double[][] x = [.. c.Inputs.Select((shape, i) => c.Draw(i, shape.Count, random))];
        double[]?[] gradients = c.Backward(x, new double[c.Forward(x).Length]);
        Tensor[] inputs = new Tensor[x.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = c.IntegerInputs.Contains(i)
                ? device.Tensor(c.Inputs[i], Array.ConvertAll(x[i], v => (int)v))
                : device.Tensor(c.Inputs[i], Values.ToSingle(x[i]));
            inputs[i].RequiresGradient = gradients[i] is not null;
        }
        driver.Issued.Clear();
        Tensor y = c.Op.Apply(inputs);
        Collect(driver, forward);
        Tensor dy = device.Tensor(y.Shape, Values.ToSingle(Values.Normal(y.Count, random)));
        driver.Issued.Clear();
        step.Backward(y, dy);
        Collect(driver, backward);
    }

    /// <summary>The name of an operation's row: of a function the function's.</summary>
    static string NameOf(Type operation)
    {
        string name = operation.Name.Split('`')[0];
        return name is "Unary" or "Binary" ? operation.GetGenericArguments()[0].Name : name;
    }

    static void Collect(AlteredDriver driver, SortedSet<string> kernels)
    {
        foreach (string issued in driver.Issued)
            if (issued.Contains("Kernels.", StringComparison.Ordinal) && issued != Filled)
                kernels.Add(BookContext.Method(issued));
    }

    static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));
}
