using TripletGpu.Support;

namespace TripletGpu.Packages.Tests;

/// <summary>A program of samples/, copied out of the repository and built from the packages.</summary>
sealed class Sample
{
    // NuGet's, where a feed does not answer.
    const string NoFeed = "NU1301";

    readonly string program;

    public Sample(string name)
    {
        Folder = PackageFeed.Folder(name);
        foreach (string file in Directory.GetFiles(Path.Combine(PackageFeed.Root, "samples", name)))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        ProgramResult built = Dotnet.Run(
            "dotnet", Folder, "build", "-v", "quiet", "-nologo", "-o", Path.Combine(Folder, "out"),
            $"-p:RestoreAdditionalProjectSources={PackageFeed.Packages}");
        if (built.Text.Contains(NoFeed, StringComparison.Ordinal))
            TestDevices.Skip("packages", $"no feed has what the packages depend on: {built.Text}");
        Assert.That(built.ExitCode, Is.Zero, built.Text);
        Assert.That(built.Text, Does.Not.Contain("warning CS").And.Not.Contain("warning TGK"));
        program = Path.Combine(Folder, "out", OperatingSystem.IsWindows() ? $"{name}.exe" : name);
    }

    /// <summary>Where it runs.</summary>
    public string Folder { get; }

    /// <summary>Runs it.</summary>
    public ProgramResult Run(params string[] arguments) => Dotnet.Run(program, Folder, arguments);
}
