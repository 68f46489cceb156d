using TripletGpu.Models;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary>Runs of <c>triplet bench kernels</c> that were kept.</summary>
public sealed class KernelRunFileTests
{
    [TestCase("", "line 1, column 1: The input does not contain any JSON tokens.")]
    [TestCase("{\n x", "line 2, column 2: 'x' is an invalid start")]
    [TestCase("{}", "no rows of kernels")]
    public void WhatIsNoRun_IsToldWithItsPlace(string text, string words)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["old.json"], text);
        Assert.That(
            () => KernelRunFile.Read(folder["old.json"], "--compare"),
            Throws.TypeOf<UserErrorException>().With.Message.Contains(words)
                .And.Message.Not.Contains("LineNumber").And.Message.Not.Contains("isFinalBlock"));
    }
}
