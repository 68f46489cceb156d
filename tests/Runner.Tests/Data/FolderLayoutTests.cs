using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>Which folders are parts of the data and which are classes.</summary>
public sealed class FolderLayoutTests
{
    TemporaryFolder folder = null!;
    List<string> log = null!;

    [SetUp]
    public void MakeFolder() => (folder, log) = (new(), []);

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>What is found in folders with an image each, as <c>Train:train Test:val</c>.</summary>
    string Find(string paths, FolderLayoutKind kind = FolderLayoutKind.Auto)
    {
        foreach (string path in paths.Split(' '))
        {
            Directory.CreateDirectory(folder[path]);
            folder.Write($"{path}/1.png", "not looked into"u8);
        }
        return string.Join(' ', FolderLayout.Find(folder.Path, kind, log.Add).Select(
            p => $"{p.Part}:{(p.Path == folder.Path ? "." : Path.GetFileName(p.Path))}"));
    }

    [TestCase("train/a train/b test/a", "Test:test Train:train")]
    [TestCase("Train/a Test/a", "Test:Test Train:Train")]
    [TestCase("TRAIN/a VALIDATION/a TESTING/a", "Test:TESTING Train:TRAIN Validation:VALIDATION")]
    [TestCase("train/a valid/a test/a", "Test:test Train:train Validation:valid")]
    [TestCase("train/a val/a", "Train:train Test:val")]
    [TestCase("train/a", "Train:train")]
    [TestCase("train/a query/b gallery/b", "Gallery:gallery Test:query Train:train")]
    [TestCase("bounding_box_train/a query/b bounding_box_test/b",
        "Gallery:bounding_box_test Train:bounding_box_train Test:query")]
    [TestCase("train/a test/a extra/a", "Test:test Train:train")]
    [TestCase("cat dog", "Train:.")]
    [TestCase("trainer/a tester/a", "Train:.")]
    public void Find_UnderstandsTheUsualLayouts(string paths, string expected)
    {
        Assert.That(Find(paths), Is.EqualTo(expected));
        if (expected != "Train:.") Assert.That(log[^1], Does.Contain("is trained on"));
    }

    [TestCase("train/a train/b test", "test has no class folders")]
    [TestCase("train test", "test has no class folders")]
    [TestCase("test/a", "no folder train")]
    [TestCase("val/a val/b", "no folder train")]
    [TestCase("val/a test/a", "no folder train")]
    [TestCase("test cat dog", "has test beside cat, dog")]
    [TestCase("train/a cat dog", "has a folder train beside cat, dog")]
    [TestCase("train/a Train/a", "both mean trained on")]
    [TestCase("train/a val/a valid/a", "both mean for choosing the best network")]
    [TestCase("set/train/a set/val/a", "data.path=")]
    [TestCase("cat/train cat/test dog/train dog/test", "not CLASS/TRAIN/IMAGE")]
    public void Find_WhatCannotBeTold_IsAnErrorWithAWayOut(string paths, string expected)
    {
        Assert.That(() => Find(paths),
            Throws.TypeOf<UserErrorException>().With.Message.Contains(expected).And.Message.Contains("layout=classes"));
        Assert.That(FolderLayout.Find(folder.Path, FolderLayoutKind.Classes, log.Add), Has.Count.EqualTo(1));
    }

    [Test]
    public void Find_Parts_TakesNothingElse()
    {
        Assert.That(Find("train/a cat", FolderLayoutKind.Parts), Is.EqualTo("Train:train"));
        Assert.That(log[0], Does.Contain("cat left out"));
        Directory.Delete(folder["train"], recursive: true);
        Assert.That(() => Find("cat", FolderLayoutKind.Parts), Throws.TypeOf<UserErrorException>());
    }
}
