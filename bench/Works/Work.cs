using TripletGpu.Runner.Bench;

namespace TripletGpu.Bench.Works;

/// <summary>Something that every contestant does, with the same shapes and the same weights.</summary>
/// <param name="name">The name in the table.</param>
public abstract class Work(string name)
{
    /// <summary>The name in the table.</summary>
    public string Name { get; } = name;

    /// <summary>The passes that it has, and whether ONNX Runtime, which only knows the first, can do it.</summary>
    public abstract bool Has(Pass pass, bool onOnnxRuntime);

    /// <summary>How much is done a second, with its unit.</summary>
    public abstract string Rate(double seconds, Pass pass);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal abstract IBenchPass OnDevice(Device device, Pass pass);

    internal abstract IBenchPass OnOnnxRuntime(Device cpu);

    internal abstract IBenchPass OnLibTorch(Device cpu, Pass pass);
}
