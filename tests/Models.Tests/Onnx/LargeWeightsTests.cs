using Google.Protobuf;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>A model that is parsed without its weights' bytes, and finds them in the file.</summary>
public sealed class LargeWeightsTests
{
    static readonly string[] models =
        ["mixed_9.onnx", "mixed_13.onnx", "mixed_train.onnx", "windows_11.onnx", "windows_13.onnx"];

    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void Close() => folder.Dispose();

    [TestCaseSource(nameof(models))]
    public void Weights_AreThoseOfTheWholeFile(string name)
    {
        byte[] file = Sound(name);
        ModelProto whole = ModelProto.Parser.ParseFrom(file), read = Read(file, 1, out int stored);
        Assert.That(stored, Is.GreaterThan(0));
        Assert.That(read, Is.EqualTo(whole));
        Read(file, int.MaxValue, out stored);
        Assert.That(stored, Is.Zero, "small ones are parsed");
    }

    /// <summary>A damaged file is what the parser makes of it, weights and all.</summary>
    [Test]
    public void DamagedFile_IsReadOrRefusedAsTheParserDoes()
    {
        int count = Mutations.Count(usual: 200), refused = 0;
        for (int i = 0; i < count; i++)
        {
            Random random = new(i);
            byte[] file = Sound(models[i % models.Length]);
            for (int left = random.Next(1, 4); left > 0; left--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) file = file[..random.Next(file.Length)];
            ModelProto? whole = null;
            try
            {
                whole = ModelProto.Parser.ParseFrom(file);
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }
            if (whole is not null) Assert.That(Read(file, 1, out _), Is.EqualTo(whole), $"file {i}");
            else Assert.That(() => Read(file, 1, out _), Throws.TypeOf<InvalidProtocolBufferException>(), $"file {i}");
        }
        Assert.That(refused, Is.InRange(count / 10, count - count / 10));
    }

    [Test]
    public void FileThatBecameShorter_IsNamed()
    {
        byte[] bytes = Sound(models[0]);
        string path = folder.Write("shorter.onnx", bytes);
        using FileStream file = File.OpenRead(path);
        LargeWeights.Parse(file, path, out LargeWeights weights, large: 1);
        File.WriteAllBytes(path, bytes[..10]);
        Assert.That(() => weights.Read(0).Length, Throws.TypeOf<UserErrorException>().With.Message.EqualTo(
            $"{path} has become shorter while it was read"));
    }

    /// <summary>The model with its weights put back, and how many of them had stayed in the file.</summary>
    ModelProto Read(byte[] bytes, int large, out int stored)
    {
        string path = folder.Write("model.onnx", bytes);
        using FileStream file = File.OpenRead(path);
        ModelProto model = LargeWeights.Parse(file, path, out LargeWeights weights, large);
        stored = 0;
        for (int i = 0; i < (model.Graph?.Initializer.Count ?? 0); i++)
        {
            ReadOnlySpan<byte> found = weights.Read(i);
            if (found.Length == 0) continue;
            model.Graph!.Initializer[i].RawData = ByteString.CopyFrom(found);
            stored++;
        }
        return model;
    }

    static byte[] Sound(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "onnx", name));
}
