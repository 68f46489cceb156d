using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// No CUDA device runs these tests, so clang compiles every kernel's CUDA C to PTX, and what can be seen there is
/// checked. It also checks that the OpenCL C is OpenCL C 1.2, whatever the installed drivers let pass.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class ClangTests
{
    const int SharedLimit = 48 * 1024;

    // The register tiles whose sums must never leave the registers.
    static readonly string[] Products =
    [
        "GemmKernels.", "GemmPanelKernels.Multiply", "ConvolutionKernels.Tiled", "ConvolutionKernels.BackwardWeight",
        "ConvolutionPanelKernels.Multiply", "ConvolutionPanelKernels.BackwardWeight",
    ];

    static readonly string Folder = Directory.CreateTempSubdirectory("triplet-clang-").FullName;

    public static IEnumerable<string> Kernels => KernelCatalog.All.Select(k => k.Name);

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    [TestCaseSource(nameof(Kernels))]
    public void Cuda_CompilesToPtx(string name)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        string ptx =
            Compile(kernel, ".cu", kernel.Cuda,
            "-x cuda --cuda-device-only --cuda-gpu-arch=sm_70 -nocudainc -nocudalib -O3 -S");
        Assert.That(ptx.Contains($".entry {kernel.Entry}", StringComparison.Ordinal), "the entry point");
        int shared = Regex.Matches(ptx, @"\.shared.*\[(\d+)\]").Sum(m => int.Parse(m.Groups[1].Value));
        Assert.That(shared, Is.LessThanOrEqualTo(SharedLimit).And.EqualTo(kernel.SharedBytes),
            "bytes of shared memory");
        if (!Products.Any(product => name.StartsWith(product, StringComparison.Ordinal))) return;
        Assert.That(ptx.Contains(".local", StringComparison.Ordinal), Is.False, "the register tile lies in memory");
        Assert.That(ptx.Contains("fma.rn.f32", StringComparison.Ordinal), "no fused multiply-add");
    }

    [TestCaseSource(nameof(Kernels))]
    public void OpenCl_IsOpenCl12(string name)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        Compile(kernel, ".cl", kernel.OpenCl,
            "-x cl -cl-std=CL1.2 -Xclang -finclude-default-header -target spir64 -S -emit-llvm");
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
