using System.Xml.Linq;

namespace TripletGpu.Conventions.Tests;

/// <summary>Projects refer only downwards: Runner, Models, Engine, Kernels.</summary>
public sealed class ProjectTests
{
    [TestCase("Kernels", "KernelCompiler")]
    [TestCase("KernelCompiler")]
    [TestCase("Engine", "Kernels")]
    [TestCase("Models", "Engine")]
    [TestCase("Runner", "Models")]
    public void Project_RefersOnlyToTheOneBelow(string project, params string[] allowed)
    {
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, $"src/{project}/TripletGpu.{project}.csproj"));
        string[] references = [.. file.Descendants("ProjectReference").Select(
            r => Path.GetFileName(Path.GetDirectoryName((string)r.Attribute("Include")!)!))];
        Assert.That(references, Is.EquivalentTo(allowed));
    }

    [Test]
    public void Kernels_UseTheCompilerOnlyWhileBuilding()
    {
        string[] loaded = [.. typeof(Kernels.Functions.Add).Assembly.GetReferencedAssemblies().Select(a => a.Name!)];
        Assert.That(loaded.Where(name => name.StartsWith("TripletGpu", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Solution_HoldsEveryProject()
    {
        string solution = Repository.Read("TripletGpu.sln").Replace('\\', '/');
        Repository.AssertNone(
            Projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)),
            "every project is in TripletGpu.sln");
    }

    [Test]
    public void Versions_StandInOnePlace() => Repository.AssertNone(
        from project in Projects
        where XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("PackageReference").Any(
            r => r.Attribute("Version") is not null)
        select project,
        "versions of packages stand in Directory.Packages.props");

    [Test]
    public void Samples_TakeThePackagesOfThisVersion()
    {
        string version = (string)XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"))
            .Descendants("Version").Single();
        Repository.AssertNone(
            from project in Repository.Files("samples", "*.csproj")
            from reference in XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("PackageReference")
            where ((string)reference.Attribute("Include")!).StartsWith("TripletGpu", StringComparison.Ordinal)
                && (string?)reference.Attribute("Version") != version
            select $"{project}: {reference}",
            $"samples take version {version}, which Directory.Build.props has");
    }

    /// <summary>The projects of the solution; samples use packages, as programs elsewhere do.</summary>
    static IEnumerable<string> Projects => Repository.Files("", "*.csproj")
        .Where(project => !project.StartsWith("samples/", StringComparison.Ordinal));
}
