using System.Reflection;

namespace TripletGpu.Kernels.Tests;

public sealed class ParameterTests
{
    /// <summary>
    /// rusticl 22.3 takes structs with 8-byte fields by another size than the host's; fields of 4 bytes lie alike for
    /// every compiler.
    /// </summary>
    [Test]
    public void Structs_HaveFieldsOfFourBytes()
    {
        IEnumerable<string> faults = KernelCatalog.All.Select(k => k.Method!()).Distinct()
            .SelectMany(m => m.GetParameters()
                .Select(p => (Kernel: $"{m.DeclaringType!.Name}.{m.Name}", p.ParameterType)))
            .Where(p => p.ParameterType is { IsValueType: true, IsPrimitive: false, IsEnum: false }
                && p.ParameterType.Namespace!.StartsWith("TripletGpu", StringComparison.Ordinal))
            .SelectMany(p => Leaves(p.ParameterType).Where(f => f != typeof(int) && f != typeof(uint)
                && f != typeof(float)).Select(f => $"{p.Kernel}: {p.ParameterType.Name} has a {f.Name}"));
        Assert.That(faults, Is.Empty);
    }

    static IEnumerable<Type> Leaves(Type type) => type.IsPrimitive ? [type]
        : type.IsEnum ? [type.GetEnumUnderlyingType()]
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(f => Leaves(f.FieldType));
}
