namespace TripletGpu.KernelCompiler;

/// <summary>What a kernel takes of shared memory.</summary>
sealed class SharedUse
{
    /// <summary>What devices promise a group.</summary>
    public const int Limit = 48 * 1024;

    readonly List<string> sizes = [];

    /// <summary>The bytes known now; what depends on a type parameter comes on top at load.</summary>
    public int KnownBytes { get; private set; }

    public void Add(int elementBytes, int? extent, string extentInCSharp)
    {
        if (extent is { } known) KnownBytes += elementBytes * known;
        else sizes.Add($"{elementBytes} * ({extentInCSharp})");
    }

    /// <summary>The size in bytes as a C# expression.</summary>
    public string Expression => string.Join(" + ", new[] { $"{KnownBytes}" }.Concat(sizes));
}
