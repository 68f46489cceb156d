using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>Files of public data sets under the names and in the forms that archives have.</summary>
public sealed class FileNameTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte", 0)]
    [TestCase("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte",
        "emnist-letters-test-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte", 1)]
    public void Idx_UnderOtherNames_IsRead(
        string images, string labels, string testImages, string testLabels, byte first)
    {
        foreach (string file in (string[])[images, testImages])
            folder.Write(file, [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9]);
        foreach (string file in (string[])[labels, testLabels])
            folder.Write(file, [0, 0, 8, 1, 0, 0, 0, 2, first, (byte)(first + 3)]);
        (MemoryDataset train, MemoryDataset test) = IdxDataset.Mnist.Read(folder.Path);
        Assert.That(train.Labels.ToArray(), Is.EqualTo((int[])[0, 3]));
        Assert.That(test.ClassNames[3], Is.EqualTo(first == 0 ? "3" : "D"));
        Assert.That(train.Classes, Is.EqualTo(first == 0 ? 10 : 26));
    }

    [Test]
    public void Cifar10_PythonVersion_SaysWhichToTake()
    {
        folder.Write("data_batch_1", [0x80, 2]);
        string message = Assert.Throws<UserErrorException>(() => Cifar10.Read(folder.Path))!.Message;
        Assert.That(message, Does.Contain("cifar-10-binary.tar.gz"));
    }
}
