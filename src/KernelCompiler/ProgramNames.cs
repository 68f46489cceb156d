using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// The names of one program's functions, constants and structs. C has one room for all of them, where C# has one for
/// each class: what would be a second <c>Count</c> is called <c>Pooling_Count</c>.
/// </summary>
sealed class ProgramNames(Compilation compilation)
{
    readonly Dictionary<string, string> given = [];
    readonly HashSet<string> taken = [];

    /// <summary>Keeps a name for what is written by hand.</summary>
    public void Reserve(string name) => taken.Add(name);

    /// <summary>The name of what was named before.</summary>
    public bool Has(string key, out string name) => given.TryGetValue(key, out name!);

    /// <summary>Gives a name that nothing else has.</summary>
    /// <param name="key">What is named, told from all else.</param>
    /// <param name="wish">Its name where it is free.</param>
    /// <param name="owner">The class around it, or null where that stands in <paramref name="wish"/> already.</param>
    public string Give(string key, string wish, INamedTypeSymbol? owner)
    {
        string name = wish;
        if (taken.Contains(name) && owner != null) name = $"{owner.Name}_{wish}";
        string stem = name;
        for (int i = 2; !taken.Add(name); i++) name = $"{stem}_{i}";
        return given[key] = name;
    }

    /// <summary>
    /// Whether a local or parameter is called so where the program says this name: in C it would be meant instead.
    /// </summary>
    public bool IsHidden(string name, SyntaxNode at) =>
        compilation.GetSemanticModel(at.SyntaxTree).LookupSymbols(at.SpanStart, name: name)
            .Any(s => s is ILocalSymbol or IParameterSymbol);
}
