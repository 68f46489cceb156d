using System.Text;
using TripletGpu.Runner.Runs;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Runs;

/// <summary>Damaged checkpoints: they are skipped, or are whole after all.</summary>
public sealed class CheckpointMutationTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    [Test]
    public void Manifest_Damaged()
    {
        CheckpointStore store = new(folder.Path, keep: 1);
        store.Save(
            7, ("weights.safetensors", to => to.Write("some weights"u8)), ("state.json", to => to.Write("{}"u8)));
        string manifest = Path.Combine(folder["step-7"], CheckpointManifest.FileName);
        Mutations.Survives(400, [File.ReadAllBytes(manifest)], file =>
        {
            File.WriteAllBytes(manifest, file);
            List<string> warnings = [];
            Checkpoint? found = store.FindNewest(warnings.Add);
            Assert.That(warnings, Has.Count.EqualTo(found is null ? 1 : 0).And.All.Not.Contains("\n"));
        });
    }

    /// <summary>What mutations have found, and their kind.</summary>
    [TestCase("""{"format":1,"step":7}""", "does not name its files")]
    [TestCase("""{"format":1,"step":7,"files":[null]}""", "does not name its files")]
    [TestCase("""{"format":1,"step":7,"files":[{"bytes":2}]}""", "does not name its files")]
    [TestCase("""{"format":1,"step":7,"files":[{"name":"/dev/zero"}]}""", "names a file elsewhere")]
    [TestCase("""{"format":1,"step":7,"files":[{"name":"../other"}]}""", "names a file elsewhere")]
    [TestCase("""{"format":1,"step":7,"files":[{"name":"a\u0000b"}]}""", "names a file elsewhere")]
    [TestCase("""{"format":1,"step":7,"files":[{"name":""}]}""", "is missing")]
    public void FindNewest_WhatMutationsFound_IsSkipped(string manifest, string fault)
    {
        CheckpointStore store = new(folder["corpus"], keep: 1);
        store.Save(7, ("state.json", to => to.Write("{}"u8)));
        File.WriteAllBytes(
            Path.Combine(folder["corpus"], "step-7", CheckpointManifest.FileName), Encoding.UTF8.GetBytes(manifest));
        List<string> warnings = [];
        Assert.That(store.FindNewest(warnings.Add), Is.Null);
        Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(fault).And.All.Not.Contains("\n"));
    }
}
