using System.Diagnostics;
using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Devices;

/// <summary>
/// Machines without a GPU, or with a broken driver, as the program's own process sees them: a line that says what is
/// wrong, exit code 2 for the device by name, and <c>auto</c> goes on with the CPU.
/// </summary>
[Platform("Linux")]
public sealed class DeviceFailureTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void WriteEmbeddings()
    {
        Npy.Write(folder["e.npy"], new Shape(4, 1), (float[])[0, 1, 3, 7]);
        Npy.Write(folder["y.npy"], new Shape(4), (int[])[0, 0, 1, 1]);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    [Test]
    public void NoVendor_IsSaid() => AssertFails(
        Vendors("none"), "opencl: the OpenCL loader knows no platform: install a driver");

    [Test]
    public void VendorWithMissingLibrary_IsNamed()
    {
        (string, string)[] environment = Vendors("missing", "/nowhere/libdriver.so");
        AssertFails(environment, "missing.icd names a library that does not load: /nowhere/libdriver.so");
    }

    [Test]
    public void VendorWithJunkLibrary_IsNamed()
    {
        string junk = folder.Write("libjunk.so", "not a library"u8);
        AssertFails(Vendors("junk", junk), $"junk.icd names a library that does not load: {junk}");
    }

    [Test]
    public void VendorOfSomethingElse_IsNamed() =>
        AssertFails(Vendors("other", "libc.so.6"), "other.icd names libc.so.6, which is no OpenCL driver");

    [Test]
    public void NoLoader_IsSaid()
    {
        // Stands before the system's own on the search path, and cannot be loaded.
        string path = Directory.CreateDirectory(folder["no-loader"]).FullName;
        foreach (string name in (string[])["libOpenCL.so.1", "libOpenCL.so"])
            File.WriteAllText(Path.Combine(path, name), "junk");
        AssertFails(
            [("LD_LIBRARY_PATH", path)], "opencl: no OpenCL 1.2 loader (libOpenCL.so.1 or libOpenCL.so): install");
    }

    [Test]
    public void DriverThatDoesNotBuild_GivesTheKernelAndTheLog() =>
        AssertFails(StubLoader(), "ElementwiseKernels.Affine", "stub: no compiler");

    [Test]
    public void DriverThatComputesWrongly_IsNotUsed() =>
        AssertFails([.. StubLoader(), ("STUB_WRONG", "1")], "opencl:0: the driver computes wrongly");

    [Test]
    public void NoNvidiaDriver_IsSaid()
    {
        string path = Directory.CreateDirectory(folder["no-cuda"]).FullName;
        foreach (string name in (string[])["libcuda.so.1", "libcuda.so"])
            File.WriteAllText(Path.Combine(path, name), "junk");
        Assert.That(
            Run([("LD_LIBRARY_PATH", path)], "devices").Out,
            Does.Contain("cuda: no NVIDIA driver (libcuda.so.1 or libcuda.so)"));
    }

    [Test]
    public void CompilerThatThereIsNot_IsSaid()
    {
        CliResult other = Run([], "bench", "--device", "ilgpu:cpu+nvrtc");
        CliResult old = Run([], "bench", "--device", "ilgpu:9");
        Assert.That((other.ExitCode, old.ExitCode), Is.EqualTo((2, 2)));
        Assert.That(other.Error.Trim(), Is.EqualTo(
            "--device ilgpu:cpu+nvrtc: kernels for ilgpu:cpu are compiled by ilgpu"));
        Assert.That(old.Error.Trim(), Is.EqualTo(
            "--device ilgpu:9: there is no such device here; there is ilgpu:cpu"));
    }

    [Test]
    public void IlgpusCpuAccelerator_IsListedOnce_AndComputesWhenNamed()
    {
        using JsonDocument json = JsonDocument.Parse(Run([], "devices", "--json").Out);
        JsonElement device = json.RootElement.GetProperty("devices").EnumerateArray()
            .Single(d => d.GetProperty("id").GetString() == "ilgpu:cpu");
        Assert.That((device.GetProperty("auto").GetBoolean(), device.GetProperty("usable").GetBoolean()),
            Is.EqualTo((false, true)));
        Assert.That(device.GetProperty("memoryBytes").GetInt64(), Is.InRange(1, 1L << 50));
        Assert.That(device.GetProperty("compilers")[0].GetProperty("id").GetString(), Is.EqualTo("ilgpu"));
        string[] mine = ["mine", "--embeddings", folder["e.npy"], "--labels", folder["y.npy"], "--device"];
        CliResult ilgpu = Run([], [.. mine, "ilgpu:cpu"]), cpu = Run([], [.. mine, "cpu"]);
        Assert.That(ilgpu.ExitCode, Is.Zero, ilgpu.Error);
        Assert.That(Loss(ilgpu), Is.EqualTo(Loss(cpu)).And.Not.Empty);
        Assert.That(Loss(Run([], [.. mine, "ilgpu:0"])), Is.EqualTo(Loss(cpu)), "the first that ILGPU compiles for");
    }

    static string Loss(CliResult result) => result.Out.Split('\n').FirstOrDefault(l => l.Contains("loss")) ?? "";

    /// <summary>
    /// The list has the line, auto computes on the CPU, and opencl:0 is an error of one line that repeats it.
    /// </summary>
    void AssertFails((string, string)[] environment, params string[] said)
    {
        CliResult text = Run(environment, "devices"), list = Run(environment, "devices", "--json");
        Assert.That(text.ExitCode, Is.Zero, text.Error);
        using JsonDocument json = JsonDocument.Parse(list.Out);
        JsonElement cpu = json.RootElement.GetProperty("devices")[0];
        Assert.That(cpu.GetProperty("id").GetString(), Is.EqualTo("cpu"));
        Assert.That(cpu.GetProperty("auto").GetBoolean(), "auto goes on with the CPU");
        CliResult named = Run(environment, "bench", "--device", "opencl:0");
        Assert.That(named.ExitCode, Is.EqualTo(2), named.Error);
        Assert.That(named.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(named.Error, Does.StartWith("--device opencl:0: "));
        foreach (string part in said) Assert.That(text.Out, Does.Contain(part));
        CliResult auto = Run(
            environment, "mine", "--embeddings", folder["e.npy"], "--labels", folder["y.npy"], "--device", "auto");
        Assert.That(auto.ExitCode, Is.Zero, auto.Error);
        Assert.That(auto.Error, Is.Empty);
    }

    (string, string)[] Vendors(string name, string? library = null)
    {
        string path = Directory.CreateDirectory(folder[name]).FullName;
        if (library != null) File.WriteAllText(Path.Combine(path, name + ".icd"), library + "\n");
        return [("OCL_ICD_VENDORS", path)];
    }

    (string, string)[] StubLoader()
    {
        string path = Directory.CreateDirectory(folder["stub"]).FullName;
        StubLibrary.Compile("opencl", Path.Combine(path, "libOpenCL.so.1"));
        return
        [
            ("LD_LIBRARY_PATH", path), ("OCL_ICD_VENDORS", Directory.CreateDirectory(folder["no-vendors"]).FullName),
        ];
    }

    CliResult Run((string Name, string Value)[] environment, params string[] args)
    {
        ProcessStartInfo start = Cli.StartInfo(args);
        start.Environment["TRIPLETGPU_CACHE"] = folder["cache"];
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        return Cli.Finish(process);
    }
}
