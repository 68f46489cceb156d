using System.Xml.Linq;
using TripletGpu.Kernels;
using TripletGpu.Runner.Book;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Book.Drawing;

namespace TripletGpu.Conventions.Tests;

/// <summary>The kernel book has each kernel and operation, with all that belongs to them.</summary>
public sealed class BookTests
{
    static readonly BookContext Book = new(BenchPoints.None);

    static readonly SourceFiles Sources = Book.Sources;

    static IEnumerable<string> Operations => Book.OperationTable.Names;

    static IEnumerable<string> Kernels => KernelCatalog.All.Select(k => BookContext.Method(k.Name)).Distinct();

    [Test]
    public void EveryKernel_StandsInAFamily() => Repository.AssertNone(
        Kernels.Except(Written(f => f.Kernels?.Keys)), "a file of src/Runner/Book/Families describes each kernel");

    [Test]
    public void EveryOperation_StandsInAFamily() => Repository.AssertNone(
        Operations.Except(Written(f => f.Ops?.Keys)), "a file of src/Runner/Book/Families describes each operation");

    [Test]
    public void WhatIsDescribed_IsThereAndOnce()
    {
        Repository.AssertNone(Written(f => f.Kernels?.Keys).Except(Kernels), "kernels of the book are in the catalog");
        Repository.AssertNone(
            Written(f => f.Ops?.Keys).Except(Operations), "operations of the book are in docs/ops.md");
        Assert.That(Written(f => f.Kernels?.Keys), Is.Unique);
        Assert.That(Written(f => f.Ops?.Keys), Is.Unique);
        string[] structs = [.. KernelCatalog.All.SelectMany(k => BookContext.Arguments(k.Name)).Distinct()];
        Repository.AssertNone(
            Written(f => f.Structs?.Keys).Except(structs), "structs of the book are bound to a kernel");
    }

    /// <summary>Tiles and shapes of groups say how a kernel computes, not what: they have no formula.</summary>
    [Test]
    public void EveryFunctionLossAndRule_HasAFormula() => Repository.AssertNone(
        from type in typeof(KernelCatalog).Assembly.GetTypes()
        where type.IsValueType && type.GetInterfaces().Any(i => i.Name is "IUnaryMath" or "IBinaryMath" or "IPairLoss"
            or "IUpdateRule")
        where Book.FormulasOf(type.Name).Length == 0
        select type.Name,
        "a file of src/Runner/Book/Families has a formula for each struct that kernels are bound to");

    [Test]
    public void Formulas_AreWellFormed()
    {
        foreach (BookFamily family in Book.Families)
            foreach (string formula in (family.Kernels?.Values.SelectMany(k => k.Formula) ?? [])
                .Concat(family.Ops?.Values.SelectMany(o => o.Formula.Concat(o.Gradient)) ?? [])
                .Concat(family.Structs?.Values.SelectMany(s => s) ?? []))
                Assert.That(
                    () => XElement.Parse(MathMl.Of(formula).Replace("&nbsp;", " ", StringComparison.Ordinal)),
                    Throws.Nothing, formula);
    }

    [Test]
    public void Shapes_AreThoseOfTheKernelsViews() => Repository.AssertNone(
        from kernel in Book.Kernels
        let views = KernelValue.Names(kernel.Forms[0]).ToArray()
        where !views.ToHashSet().SetEquals(kernel.Says.Shapes.Keys)
        select $"{kernel.Name}: has {string.Join(", ", views)}; described are"
            + $" {string.Join(", ", kernel.Says.Shapes.Keys)}",
        "the book gives the extents of each view of a kernel");

    [Test]
    public void EveryOperation_HasOraclesAndCases()
    {
        foreach (OperationChapter operation in Book.Operations)
        {
            Assert.That(operation.Says.Oracle, Is.Not.Empty, operation.Name);
            foreach (string oracle in operation.Says.Oracle)
                Assert.That(
                    CodeExcerpt.Member(Sources, "tests/Oracle", oracle), Is.Not.Null, $"{operation.Name}: {oracle}");
            Assert.That(Book.Cases.OfOperation(operation.Name, operation.Says), Is.Not.Empty, operation.Name);
            if (operation.Says.Next is { } next) Assert.That(Operations, Does.Contain(next), operation.Name);
        }
    }

    [Test]
    public void EveryKernel_HasCases() => Repository.AssertNone(
        Kernels.Where(k => Book.Cases.OfKernel(k).Count == 0), "the book finds the cases of each kernel");

    [Test]
    public void LaunchedKernels_AreKernels() => Repository.AssertNone(
        from operation in Book.Operations
        from kernel in (operation.Says.Forward ?? []).Concat(operation.Says.Backward ?? [])
        where !Kernels.Contains(kernel)
        select $"{operation.Name}: {kernel}",
        "operations of the book launch kernels of the catalog");

    /// <summary>Every line of a kernel's text, but for braces and structs of tuples, is from a line of C#.</summary>
    [Test]
    public void EveryLineOfDeviceText_IsFromALineOfCSharp() => Repository.AssertNone(
        from kernel in KernelCatalog.All
        let origins = SourceLine.Read(kernel.LineMap())
        from line in kernel.Body.Split('\n').Select((text, i) => (Text: text, Origins: origins[i]))
        where line.Origins.Count == 0 && line.Text.Trim() is not ("" or "{" or "}" or "#endif")
            && !line.Text.StartsWith("#ifndef", StringComparison.Ordinal)
            && !line.Text.Contains("Tuple_", StringComparison.Ordinal)
        select $"{kernel.Name}: {line.Text}",
        "the kernel compiler says of each line where it is from");

    static IEnumerable<string> Written(Func<BookFamily, IEnumerable<string>?> keys) =>
        Book.Families.SelectMany(f => keys(f) ?? []);
}
