using System.Diagnostics;
using System.Text.RegularExpressions;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// No CUDA device runs these tests, so clang compiles every kernel's CUDA C to PTX, and what can be seen there is
/// checked. It also checks that the OpenCL C is OpenCL C 1.2, whatever the installed drivers let pass.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class ClangTests
{
    // What CUDA gives a group without asking, and what OpenCL 1.2 promises.
    const int CudaShared = 48 * 1024, OpenClShared = 32 * 1024;

    // What is bound by arithmetic: nothing there may leave the registers.
    static readonly string[] Products = ["Gemm", "Convolution"];

    const string CudaOptions =
        "-x cuda --cuda-device-only --cuda-gpu-arch=sm_70 -nocudainc -nocudalib -ffp-contract=off -S";

    static readonly string Folder = Directory.CreateTempSubdirectory("triplet-clang-").FullName;

    public static IEnumerable<string> Kernels => KernelCatalog.All.Select(k => k.Name);

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    [TestCaseSource(nameof(Kernels))]
    public void Cuda_CompilesToPtx(string name)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        string ptx = Compile(kernel, ".cu", kernel.Cuda, CudaOptions + " -O3");
        Assert.That(ptx.Contains($".entry {kernel.Entry}", StringComparison.Ordinal), "the entry point");
        // What each item alone reads and writes, clang takes into registers: it is there without optimising.
        int shared = SharedBytes(ptx);
        if (shared < kernel.SharedBytes)
            shared = SharedBytes(Compile(kernel, ".cu", kernel.Cuda, CudaOptions + " -O0"));
        Assert.That(shared, Is.LessThanOrEqualTo(CudaShared).And.EqualTo(kernel.SharedBytes),
            "bytes of shared memory");
        if (!Products.Any(p => name.StartsWith(p, StringComparison.Ordinal))) return;
        Assert.That(LocalBytes(ptx), Is.EqualTo(LocalBytes(kernel)), "bytes of arrays that lie in memory");
        if (!Regex.IsMatch(kernel.CSharp, @"\bI\w*Tile\b")) return;
        string[] loops = [.. InnermostLoops(ptx).Where(l => l.Contains("fma.rn.f32", StringComparison.Ordinal))];
        Assert.That(loops, Is.Not.Empty, "no fused multiply-add in an inner loop of a register tile");
        Assert.That(loops, Has.None.Matches(@"\bmul(\.rn)?\.f32"), "a product in an inner loop is not fused");
    }

    [TestCaseSource(nameof(Kernels))]
    public void OpenCl_IsOpenCl12(string name)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        Assert.That(kernel.SharedBytes, Is.LessThanOrEqualTo(OpenClShared), "bytes of shared memory");
        Compile(kernel, ".cl", kernel.OpenCl,
            "-x cl -cl-std=CL1.2 -Xclang -finclude-default-header -target spir64 -S -emit-llvm");
    }

    /// <summary>A product's sums lie in registers; the two panels that an item of a CPU packs are memory.</summary>
    static int LocalBytes(KernelSource kernel) => kernel.Name == "GemmPanelKernels.Multiply"
        ? 2 * DepthBlocks.MostDepth * PanelTile.Columns * sizeof(float) : 0;

    static int LocalBytes(string ptx) =>
        Regex.Matches(ptx, @"\.local.*\[(\d+)\]").Sum(m => int.Parse(m.Groups[1].Value));

    static int SharedBytes(string ptx) =>
        Regex.Matches(ptx, @"\.shared.*\[(\d+)\]").Sum(m => int.Parse(m.Groups[1].Value));

    /// <summary>The lines from a label to a branch back to it, where no other such part lies within.</summary>
    static IEnumerable<string> InnermostLoops(string ptx)
    {
        string[] lines = ptx.Split('\n');
        var labels = new Dictionary<string, int>();
        var loops = new List<(int From, int To)>();
        for (int i = 0; i < lines.Length; i++)
            if (Regex.Match(lines[i], @"^(\$?L\w+):") is { Success: true } label) labels[label.Groups[1].Value] = i;
            else if (Regex.Match(lines[i], @"\bbra(?:\.uni)?\s+(\$?L\w+);") is { Success: true } branch
                && labels.TryGetValue(branch.Groups[1].Value, out int from)) loops.Add((from, i));
        return loops.Where(l => !loops.Any(other => other != l && other.From >= l.From && other.To <= l.To))
            .Select(l => string.Join('\n', lines[l.From..l.To]));
    }

    static string Compile(KernelSource kernel, string extension, string text, string options)
    {
        string source = Path.Combine(Folder, $"{kernel.Id}{extension}"), output = source + ".s";
        File.WriteAllText(source, text);
        var start =
            new ProcessStartInfo("clang",
            $"{options} -Wall -Wno-unused-function -Werror -Wno-unknown-cuda-version -o {output} {source}")
            {
                RedirectStandardError = true,
            };
        using Process? clang = Start(start);
        if (clang == null) Missing();
        string errors = clang!.StandardError.ReadToEnd();
        clang.WaitForExit();
        Assert.That(clang.ExitCode, Is.Zero, () => $"{kernel.Name}:\n{errors}\n{text}");
        return File.ReadAllText(output);
    }

    static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A visible skip, or a failure where TRIPLETGPU_REQUIRE names clang.</summary>
    static void Missing()
    {
        const string missing = "clang is not installed";
        if ((Environment.GetEnvironmentVariable("TRIPLETGPU_REQUIRE") ?? "").Split(',')
            .Contains("clang")) Assert.Fail(missing);
        Assert.Ignore(missing);
    }
}
