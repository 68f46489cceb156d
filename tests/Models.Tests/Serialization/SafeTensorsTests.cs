using System.Buffers.Binary;
using System.Text;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Serialization;

public sealed class SafeTensorsTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    static readonly NamedTensor[] Weights =
    [
        new("conv1.weight", new(2, 1, 3), new float[] { 1, 2, 3, 4, 5, float.NaN }),
        new("a.scalar", Shape.Scalar, new float[] { 7 }),
        new("empty", new(0, 4), Array.Empty<float>()),
    ];

    static byte[] Bytes(string json, int dataBytes)
    {
        byte[] bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        Encoding.UTF8.GetBytes(json, bytes.AsSpan(8));
        return bytes;
    }

    string Save(string json, int dataBytes) => folder.Write("x.safetensors", Bytes(json, dataBytes));

    static string Error(Action read)
    {
        string message = Assert.Throws<UserErrorException>(() => read()).Message;
        Assert.That(message, Does.Not.Contain('\n'));
        return message;
    }

    [Test]
    public void Tensors_WrittenAndRead_AreTheSame()
    {
        SafeTensors.Write(folder["w.safetensors"], Weights, new Dictionary<string, string> { ["model"] = "small-cnn" });
        using SafeTensors file = SafeTensors.Open(folder["w.safetensors"]);
        Assert.Multiple(() =>
        {
            Assert.That(file.Metadata["model"], Is.EqualTo("small-cnn"));
            Assert.That(file.Entries.Select(e => e.Name), Is.EquivalentTo(Weights.Select(w => w.Name)));
            foreach (NamedTensor w in Weights)
            {
                Assert.That(file.ShapeOf(w.Name), Is.EqualTo(w.Shape));
                Assert.That(file.Read(w.Name), Is.EqualTo(w.Values.ToArray()));
            }
            Assert.That(file.Entries[0].Offset % 8, Is.Zero, "tensors begin at a multiple of 8");
            Assert.That(Error(() => file.Read("conv2")), Does.Contain("has no tensor 'conv2'"));
        });
    }

    [Test]
    public void SameTensors_GiveTheSameBytes()
    {
        Dictionary<string, string> one = new() { ["b"] = "1", ["a"] = "2" }, other = new() { ["a"] = "2", ["b"] = "1" };
        SafeTensors.Write(folder["1"], Weights, one);
        SafeTensors.Write(folder["2"], Weights, other);
        Assert.That(File.ReadAllBytes(folder["1"]), Is.EqualTo(File.ReadAllBytes(folder["2"])));
    }

    [Test]
    public void OtherElementTypes_AreConverted()
    {
        (string Type, byte[] Data, float Expected)[] cases =
        [
            ("F16", [0x00, 0xC1], -2.5f), ("BF16", [0x20, 0xC0], -2.5f), ("F64", [0, 0, 0, 0, 0, 0, 4, 0xC0], -2.5f),
            ("I64", [3, 0, 0, 0, 0, 0, 0, 0], 3), ("I32", [255, 255, 255, 255], -1), ("U8", [200], 200),
            ("I8", [255], -1),
            ("BOOL", [1], 1), ("U16", [0, 1], 256), ("I16", [254, 255], -2), ("U32", [1, 0, 0, 0], 1),
        ];
        Assert.Multiple(() =>
        {
            foreach ((string type, byte[] data, float expected) in cases)
            {
                string json =
                    $$"""{ "t": { "dtype": "{{type}}", "shape": [1], "data_offsets": [0, {{data.Length}}] } }""";
                byte[] bytes = Bytes(json, data.Length);
                data.CopyTo(bytes.AsSpan(bytes.Length - data.Length));
                using SafeTensors file = SafeTensors.Open(folder.Write("t", bytes));
                Assert.That(file.Read("t"), Is.EqualTo(new[] { expected }), type);
            }
        });
    }

    [Test]
    public void UnknownType_IsOnlyAnErrorWhenItIsRead()
    {
        using SafeTensors file =
            SafeTensors.Open(Save("""{"t":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2));
        Assert.That(Error(() => file.Read("t")), Does.Contain("of type F8_E4M3"));
    }

    [TestCase("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4,
        "has 4 bytes, but its shape and type need 8")]
    [TestCase("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "ends 4 bytes after the file")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "belong to no tensor")]
    [TestCase("""{"t":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "leaves a gap")]
    [TestCase(
        """{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"""
        + """ "u":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "overlaps another")]
    [TestCase(
        """{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"""
        + """ "t":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "no JSON")]
    [TestCase("""{"t":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "no size")]
    [TestCase("""{"t":{"dtype":"F32","shape":[2147483647,2147483647,4],"data_offsets":[0,0]}}""", 0, "has 0 bytes")]
    [TestCase("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}""", 0, "no size")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "not [begin, end]")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "more than 6 dimensions")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1]}}""", 4, "lacks one of")]
    [TestCase("""{"t":4}""", 4, "lacks one of")]
    [TestCase("""{"__metadata__":{"a":1}}""", 0, "is no text")]
    [TestCase("""[]""", 0, "no JSON object")]
    [TestCase("""{"t":""", 0, "no JSON")]
    [TestCase("""{"\ud800":{}}""", 0, "not a sound")]
    public void LyingHeader_IsOneLine(string json, int dataBytes, string message) =>
        Assert.That(Error(() => SafeTensors.Open(Save(json, dataBytes)).Dispose()), Does.Contain(message));

    [Test]
    public void HugeHeaderLength_IsRefusedBeforeAllocation()
    {
        byte[] bytes = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, (byte)'{', (byte)'}'];
        Assert.That(Error(() => SafeTensors.Open(folder.Write("h", bytes)).Dispose()), Does.Contain("claims a header"));
    }

    [Test]
    public void HostileBytes_AreNothingWorseThanAUserError()
    {
        SafeTensors.Write(folder["sound"], Weights, new Dictionary<string, string> { ["model"] = "small-cnn" });
        Hostile.Survives<UserErrorException>(File.ReadAllBytes(folder["sound"]), path =>
        {
            using SafeTensors file = SafeTensors.Open(path);
            foreach (SafeTensorsEntry entry in file.Entries) file.Read(entry.Name);
        }, mutations: 1000);
    }
}
