using System.Runtime.CompilerServices;

namespace TripletGpu.KernelCompiler.Tests;

/// <summary>
/// What the compiler makes of each .cs file in Snapshots is what the .cl file beside it says. With
/// TRIPLETGPU_UPDATE_SNAPSHOTS=1 the .cl files are written instead: read the difference before you commit it.
/// </summary>
public sealed class SnapshotTests
{
    static readonly bool Update = Environment.GetEnvironmentVariable("TRIPLETGPU_UPDATE_SNAPSHOTS") == "1";

    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder(), "*.cs").Select(f => Path.GetFileNameWithoutExtension(f)).Order();

    [TestCaseSource(nameof(Names))]
    public void Compile_GivesTheCommittedText(string name)
    {
        Compiler.Result result = Compiler.Run(File.ReadAllText(Path.Combine(Folder(), name + ".cs")));
        Assert.That(result.Diagnostics, Is.Empty);
        Assert.That(result.Errors, Is.Empty);
        string text = string.Concat(result.Bodies.Select(b => $"// ---- {b.Name}\n{b.Body}\n\n"));
        string file = Path.Combine(Folder(), name + ".cl");
        if (Update) File.WriteAllText(file, text);
        Assert.That(text, Is.EqualTo(File.ReadAllText(file).ReplaceLineEndings("\n")));
    }

    static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Snapshots");
}
