using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Kernels.Tests;

public sealed class KernelSourceTests
{
    [Test]
    public void Catalog_NamesAreDistinct() => Assert.That(KernelCatalog.All.Select(k => k.Name), Is.Unique);

    [Test]
    public void Catalog_GenericKernel_IsThereForEachStruct() => Assert.That(
        KernelCatalog.Find("ElementwiseKernels.Map").Select(k => k.Name),
        Is.SupersetOf(new[] { "ElementwiseKernels.Map<Relu>", "ElementwiseKernels.Map<Exp>" }));

    [Test]
    public void Bind_ReplacesWholeNamesOnly()
    {
        var source = new KernelSource
        {
            Name = "K.F",
            Entry = "F_T",
            CSharp = "",
            Body = "void F_T(int Tiles) { T_Apply(T_N, Tiles); Twice_T(); /* for T */ }",
            LineMap = () => "K.cs:7",
        };
        KernelSource bound = source.Bind("T", new("Square", "int Square_Apply;") { LineMap = () => "Square.cs:3" });
        Assert.That(bound.Body, Is.EqualTo(
            "int Square_Apply;\n\nvoid F_Square(int Tiles) { Square_Apply(Square_N, Tiles); Twice_Square();"
            + " /* for Square */ }"));
        Assert.That((bound.Name, bound.Entry), Is.EqualTo(("K.F<Square>", "F_Square")));
        Assert.That(
            SourceLine.Read(bound.LineMap()),
            Is.EqualTo(new SourceLine[][] { [new("Square.cs", 3)], [], [new("K.cs", 7)] }));
    }

    [Test]
    public void Tile_GroupAndSharedBytes_ComeFromTheTile()
    {
        KernelSource tiled = GemmKernels.TiledSource<Tile64x64>();
        const int fragments = 1;
        Assert.That(tiled.Group, Is.EqualTo(new LaunchSize(8, 8)));
        const int corner = 3;
        int operands = 2 * 2 * 8 * (64 + 8);
        Assert.That(tiled.SharedBytes, Is.EqualTo((operands + fragments + corner) * sizeof(float)));
    }
}
