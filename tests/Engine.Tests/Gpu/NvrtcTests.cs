using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>Which NVRTC is taken where several are installed, against stubs of several versions.</summary>
[Platform("Linux")]
public sealed class NvrtcTests
{
    const string Name = "libnvrtc.so.12";

    readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void CompileStubs()
    {
        StubLibrary.Compile("cuda", folder["libcuda-stub.so"]);
        Compile("old", "-DMAJOR=11");
        Compile("good", "-DMAJOR=12");
        Compile("unloadable", "-DMAJOR=13", "-DCUBIN=\"newer cubin\"");
        Compile("without-89", "-DMAJOR=14", "-DOLDEST=100");
    }

    [OneTimeTearDown]
    public void DeleteStubs() => folder.Dispose();

    [TestCase("old", "11.4", "old")]
    [TestCase("the newest", "12.4", "old", "good")]
    [TestCase("one whose output the driver does not load", "12.4", "old", "good", "unloadable")]
    [TestCase("one that does not compile for the card", "12.4", "without-89", "good")]
    public void Choice_IsTheNewestThatServes(string what, string version, params string[] installed) =>
        Assert.That(Device(installed).CompilerVersion, Is.EqualTo(version), what);

    [Test]
    public void Choice_NoneServes_SaysWhatWasThere()
    {
        CudaDevice device = Device("without-89");
        Assert.That(device.CompilerVersion, Is.Null);
        Assert.That(
            device.Unusable, Does.StartWith("NVRTC 14.4 does not compile for compute capability 8.9"));
    }

    [Test]
    public void Missing_SaysWhereItLooked()
    {
        string empty = Directory.CreateDirectory(folder["empty"]).FullName;
        Assert.That(NvrtcLibrary.LoadAll(out string reason, new NvrtcSearch(["libNoSuch.so"], [empty])), Is.Empty);
        Assert.That(reason, Is.EqualTo(
            $"no NVRTC of CUDA 11.2 or later (libNoSuch.so on the library path and in {empty}): install the CUDA"
            + " toolkit's nvrtc"));
    }

    [Test]
    public void Folders_AreThoseOfToolkitsAndPythons()
    {
        string[] expected =
        [
            "path/lib64", "home/lib", "usr/local/cuda-12.4/lib64",
            "venv/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib",
            "venv/lib/python3.11/site-packages/nvidia/cu13/lib", "conda/lib",
            "user/.local/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib",
            "usr/lib/python3/dist-packages/nvidia/cuda_nvrtc/lib",
        ];
        string root = folder["root"] + "/";
        foreach (string path in expected) Directory.CreateDirectory(root + path);
        var variables = new Dictionary<string, string>
        {
            ["CUDA_PATH"] = root + "path",
            ["CUDA_HOME"] = root + "home",
            ["VIRTUAL_ENV"] = root + "venv",
            ["CONDA_PREFIX"] = root + "conda",
            ["HOME"] = root + "user",
        };
        Assert.That(
            NvrtcSearch.FoldersOf(variables.GetValueOrDefault, root), Is.EqualTo(expected.Select(path => root + path)));
    }

    void Compile(string installation, params string[] options)
    {
        Directory.CreateDirectory(folder[installation]);
        StubLibrary.Compile("nvrtc", folder[$"{installation}/{Name}"], options);
    }

    CudaDevice Device(params string[] installed)
    {
        CudaLibrary library = CudaLibrary.Load(out string reason, [folder["libcuda-stub.so"]])
            ?? throw new AssertionException(reason);
        var search = new NvrtcSearch([Name], [.. installed.Select(i => folder[i])]);
        return CudaDevices.Find(library, NvrtcLibrary.LoadAll(out reason, search), reason, out _).Single();
    }
}
