using TripletGpu.Support;

namespace TripletGpu.Packages.Tests;

/// <summary>
/// The packages of this build in a folder, and an empty one where NuGet unpacks what it takes from there and elsewhere.
/// </summary>
[SetUpFixture]
public sealed class PackageFeed
{
    static TemporaryFolder? folder;

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where the packages lie.</summary>
    public static string Packages => folder!["packages"];

    /// <summary>Where NuGet unpacks packages.</summary>
    public static string Unpacked => folder!["unpacked"];

    /// <summary>A folder for what a test makes.</summary>
    public static string Folder(string name) => Directory.CreateDirectory(folder![name]).FullName;

    /// <summary>Packs as the README of the samples says, what has been built.</summary>
    [OneTimeSetUp]
    public void Pack()
    {
        folder = new TemporaryFolder();
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        Dotnet.RunWell(Root, "pack", "-c", configuration, "--no-build", "-o", Packages, "-v", "quiet", "-nologo");
    }

    [OneTimeTearDown]
    public void Remove() => folder?.Dispose();

    static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TripletGpu.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no TripletGpu.sln above {AppContext.BaseDirectory}");
    }
}
