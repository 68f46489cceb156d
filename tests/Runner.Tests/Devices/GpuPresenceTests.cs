using NUnit.Framework;
using TripletGpu.Runner.Devices;

namespace TripletGpu.Runner.Tests.Devices;

[TestFixture]
public sealed class GpuPresenceTests
{
    [TestCase("null", false)]
    [TestCase("fb0", false)]
    [TestCase("nvidia0", true)]
    [TestCase("dri", true)]
    [TestCase("kfd", true)]
    [TestCase("dxg", true)]
    [TestCase("mali0", true)]
    public void HasNode_FolderWithOneEntry_KnowsGpus(string entry, bool isGpu)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, entry), "");
            Assert.That(GpuPresence.HasNode(folder), Is.EqualTo(isGpu));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
