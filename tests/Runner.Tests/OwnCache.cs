namespace TripletGpu.Runner.Tests;

/// <summary>
/// The tests' own folder of caches, in the user's: the tiles that a user had measured (<c>bench --tune</c>) would
/// choose other kernels. Built programs stay there from run to run; MNIST is the user's.
/// </summary>
[SetUpFixture]
public sealed class OwnCache
{
    string? before;

    [OneTimeSetUp]
    public void Set()
    {
        before = Environment.GetEnvironmentVariable(CacheFolder.Variable);
        string users = CacheFolder.Location, own = Path.Combine(users, "tests"), digits = Path.Combine(own, "mnist");
        Directory.CreateDirectory(own);
        // Windows lets few users make links: there it is fetched once more.
        if (!OperatingSystem.IsWindows() && !Directory.Exists(digits))
        {
            string target = Directory.CreateDirectory(Path.Combine(users, "mnist")).FullName;
            File.Delete(digits);
            Directory.CreateSymbolicLink(digits, target);
        }
        Environment.SetEnvironmentVariable(CacheFolder.Variable, own);
    }

    [OneTimeTearDown]
    public void Restore() => Environment.SetEnvironmentVariable(CacheFolder.Variable, before);
}
