using TripletGpu.Kernels;
using TripletGpu.Runner.Book.Code;

namespace TripletGpu.Runner.Book;

/// <summary>What all pages are made from.</summary>
sealed class BookContext
{
    /// <summary>The families, in the order of the chapters.</summary>
    public IReadOnlyList<BookFamily> Families { get; } = BookFamily.ReadAll();

    /// <summary>The source that the book shows.</summary>
    public SourceFiles Sources { get; } = new();

    /// <summary>docs/kernels.md.</summary>
    public DocTable KernelTable { get; }

    /// <summary>docs/ops.md.</summary>
    public DocTable OperationTable { get; }

    /// <summary>The tests' cases.</summary>
    public TestCases Cases { get; }

    /// <summary>Measured on this machine; empty without a file.</summary>
    public BenchPoints Bench { get; }

    /// <summary>All kernels by class and method, in the order of the chapters.</summary>
    public IReadOnlyList<KernelChapter> Kernels { get; }

    /// <summary>All operations, in the order of the chapters.</summary>
    public IReadOnlyList<OperationChapter> Operations { get; }

    /// <param name="bench">Measured points, or none.</param>
    public BookContext(BenchPoints bench)
    {
        Bench = bench;
        KernelTable = DocTable.OfKernels(Sources);
        OperationTable = DocTable.OfOperations(Sources);
        Cases = new(Sources);
        ILookup<string, KernelSource> forms = KernelCatalog.All.ToLookup(k => Method(k.Name));
        Kernels =
        [
            .. from family in Families
               from kernel in family.Kernels ?? new Dictionary<string, BookKernel>()
               where forms.Contains(kernel.Key)
               select new KernelChapter(family, kernel.Key, kernel.Value, [.. forms[kernel.Key]]),
        ];
        Operations =
        [
            .. from family in Families
               from operation in family.Ops ?? new Dictionary<string, BookOp>()
               select new OperationChapter(family, operation.Key, operation.Value),
        ];
    }

    /// <summary>Class and method of a kernel, without what it is bound to.</summary>
    public static string Method(string kernel) => kernel.Split('<')[0];

    /// <summary>The structs that a kernel is bound to.</summary>
    public static string[] Arguments(string kernel) => kernel.EndsWith('>')
        ? kernel[(kernel.IndexOf('<') + 1)..^1].Split(", ") : [];

    /// <summary>The formulas of a struct that kernels are bound to; none of tiles and shapes.</summary>
    public string[] FormulasOf(string type)
    {
        foreach (BookFamily family in Families)
        {
            if (family.Structs is { } structs && structs.TryGetValue(type, out string[]? formulas)) return formulas;
            if (family.Ops is { } ops && ops.TryGetValue(type, out BookOp? op)) return [.. op.Formula, .. op.Gradient];
        }
        return [];
    }
}

/// <summary>A kernel, with each struct that it is bound to.</summary>
sealed record KernelChapter(BookFamily Family, string Name, BookKernel Says, IReadOnlyList<KernelSource> Forms);

/// <summary>An operation.</summary>
sealed record OperationChapter(BookFamily Family, string Name, BookOp Says);
