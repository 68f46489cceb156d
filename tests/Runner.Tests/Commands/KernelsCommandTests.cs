using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet kernels show</c>: every target, with or without a card and NVIDIA's tools.</summary>
public sealed class KernelsCommandTests
{
    [TestCase("opencl", "__kernel")]
    [TestCase("cuda", "__global__")]
    public void Show_Raw_IsACompleteProgram(string target, string contains)
    {
        CliResult result = Cli.Run("kernels", "show", "Affine", "--target", target, "--raw");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Out, Does.Contain(contains));
    }

    [Test]
    public void Show_PtxOfIlgpu_NeedsNoCard()
    {
        CliResult result = Cli.Run("kernels", "show", "Affine", "--target", "ptx", "--compiler", "ilgpu");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Out, Does.StartWith("// ElementwiseKernels.Affine, ILGPU, for sm_80"));
        Assert.That(result.Out, Does.Contain("fma.rn.f32").Or.Contain("mul.rn.f32"));
    }

    [TestCase("--architecture", "999", "--compiler", "ilgpu")]
    [TestCase("--architecture", "-1", "--compiler", "ilgpu")]
    [TestCase("--compiler", "clang")]
    public void Show_WhatThereIsNot_IsOneLine(params string[] options)
    {
        CliResult result = Cli.Run(["kernels", "show", "Affine", "--target", "ptx", .. options]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
    }
}
