using TripletGpu.Autograd;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Kernels.Functions;
using TripletGpu.Models;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Conventions.Tests;

/// <summary>Every operation is checked against an oracle, and is described.</summary>
public sealed class OperationTests
{
    static readonly Type[] Operations =
        [.. Concrete(typeof(Op).Assembly), .. Concrete(typeof(EmbeddingNetwork).Assembly)];

    [TestCaseSource(nameof(Operations))]
    public void Operation_HasACaseWithAnOracle(Type operation)
    {
        bool Tests(OpCase c) => c.Op.GetType() is var type && (type == operation
            || (
                operation.IsGenericTypeDefinition && type.IsGenericType
                    && type.GetGenericTypeDefinition() == operation));
        Assert.That(OpTests.Cases.Any(Tests), $"{operation.Name} has no OpCase in tests/Engine.Tests/Ops");
    }

    [TestCaseSource(nameof(Operations))]
    public void Operation_HasARowInTheTable(Type operation)
    {
        string name = NameOf(operation);
        Assert.That(
            Repository.Lines("docs/ops.md").Any(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal)),
            $"docs/ops.md has no row that begins with | `{name}` |");
    }

    [Test]
    public void Operation_IsASealedRecordWithoutTensors()
    {
        Repository.AssertNone(
            from operation in Operations
            from property in operation.GetProperties()
            where !operation.IsSealed || property.PropertyType == typeof(Tensor)
            select $"{operation.Name}.{property.Name}",
            "operations are sealed and hold no tensors");
    }

    static IEnumerable<Type> Concrete(System.Reflection.Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes())
        {
            if (type.IsAbstract || !type.IsSubclassOf(typeof(Op))) continue;
            Type? function =
                type == typeof(Unary<>) ? typeof(IUnaryMath) : type == typeof(Binary<>) ? typeof(IBinaryMath) : null;
            if (function is null) yield return type;
            else
                foreach (Type math in function.Assembly.GetTypes())
                    if (math.IsValueType && math.GetInterfaces().Contains(function))
                        yield return type.MakeGenericType(math);
        }
    }

    static string NameOf(Type operation) => operation.IsGenericTypeDefinition ? operation.Name.Split('`')[0]
        : operation.IsGenericType ? operation.GetGenericArguments()[0].Name : operation.Name;
}
