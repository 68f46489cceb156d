using System.Buffers.Binary;
using System.Text;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Serialization;

public sealed class NpyTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    string Save(string header, params ReadOnlySpan<byte> data) => folder.Write("a.npy", Bytes(header, data));

    static byte[] Bytes(string header, ReadOnlySpan<byte> data, byte version = 1)
    {
        byte[] length = version == 1 ? [(byte)header.Length, (byte)(header.Length >> 8)]
            : [(byte)header.Length, (byte)(header.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. data];
    }

    static string Header(string descriptor, string shape, bool fortran = false) =>
        $"{{'descr': '{descriptor}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n";

    static string Error(Action read)
    {
        string message = Assert.Throws<UserErrorException>(() => read()).Message;
        Assert.That(message, Does.Not.Contain('\n'));
        return message;
    }

    [Test]
    public void Floats_WrittenAndRead_AreTheSame()
    {
        float[] values = [1, -2.5f, float.Epsilon, float.MaxValue, 0, -0f];
        Npy.Write(folder["f.npy"], new(2, 3), values);
        NpyArray<float> read = Npy.ReadFloats(folder["f.npy"]);
        Assert.That(read.Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(read.Values, Is.EqualTo(values));
        Assert.That(new FileInfo(folder["f.npy"]).Length % 64, Is.EqualTo(24), "the head is padded to 64 bytes");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Rows_WrittenAndReadInParts_AreTheFile(bool fortran)
    {
        float[] values = [.. Enumerable.Range(0, 60_000).Select(i => i * 0.5f)];
        Shape shape = new(300, 2, 100);
        Npy.Write(folder["whole.npy"], shape, values);
        string parts = folder[$"parts{fortran}.npy"];
        using (NpyWriter writer = new(parts, rows: 300))
        {
            for (int first = 0; first < 300; first += 70)
            {
                int count = Math.Min(70, 300 - first);
                writer.Append(shape.With(0, count), values.AsMemory(first * 200, count * 200));
            }
            Assert.That(File.Exists(parts), Is.False, "not before all of it is there");
            writer.Commit();
        }
        Assert.That(File.ReadAllBytes(parts), Is.EqualTo(File.ReadAllBytes(folder["whole.npy"])));
        byte[] turned = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
        {
            (int at, int rest) = (i / 200, i % 200);
            int place = fortran ? at + 300 * (rest / 100 + 2 * (rest % 100)) : i;
            BinaryPrimitives.WriteDoubleBigEndian(turned.AsSpan(place * 8), values[i]);
        }
        using NpyReader reader = new(Save(Header(">f8", "(300, 2, 100)", fortran), turned));
        float[] part = new float[20_001];
        reader.Read(33_333, part);
        Assert.That(part, Is.EqualTo(values.AsSpan(33_333, part.Length).ToArray()));
    }

    [Test]
    public void RowsThatAreMissing_LeaveNoFile()
    {
        using (NpyWriter writer = new(folder["missing.npy"], rows: 3))
        {
            writer.Append(new Shape(2, 2), new float[4]);
            Assert.That(() => writer.Append(new Shape(1, 3), new float[3]), Throws.ArgumentException);
            Assert.That(writer.Commit, Throws.InvalidOperationException);
        }
        Assert.That(Directory.EnumerateFiles(folder.Path, "missing*"), Is.Empty);
    }

    [Test]
    public void ReadInParts_NamesThePlaceOfWhatIsNotFinite()
    {
        float[] values = new float[90];
        values[77] = float.NaN;
        Npy.Write(folder["nan.npy"], new Shape(30, 3), values);
        using NpyReader reader = new(folder["nan.npy"]);
        Assert.That(Error(() => reader.Read(60, new float[30])), Does.Contain("element [25, 2] is NaN"));
        reader.Read(0, new float[77]);
    }

    [Test]
    public void Integers_WrittenAndRead_AreTheSame()
    {
        Npy.Write(folder["i.npy"], new(3), new[] { 1, -2, int.MaxValue });
        Npy.Write(folder["l.npy"], Shape.Scalar, new[] { -7L });
        Assert.That(Npy.ReadIntegers(folder["i.npy"]).Values, Is.EqualTo(new[] { 1, -2, int.MaxValue }));
        Assert.That(Npy.ReadIntegers(folder["l.npy"]).Values, Is.EqualTo(new[] { -7 }));
        Assert.That(Npy.ReadHeader(folder["l.npy"]).Element.ToString(), Is.EqualTo("int64"));
    }

    [Test]
    public void EveryElementType_IsConverted()
    {
        (string, byte[], float)[] cases =
        [
            ("<f2", [0x00, 0xC1], -2.5f), (">f2", [0xC1, 0x00], -2.5f),
            ("<f4", [0, 0, 0x20, 0xC0], -2.5f), (">f4", [0xC0, 0x20, 0, 0], -2.5f),
            ("<f8", [0, 0, 0, 0, 0, 0, 4, 0xC0], -2.5f), (">f8", [0xC0, 4, 0, 0, 0, 0, 0, 0], -2.5f),
            ("|u1", [255], 255), ("|i1", [255], -1), ("|b1", [1], 1), (">u1", [7], 7),
            ("<i2", [0xFE, 0xFF], -2), (">i2", [0xFF, 0xFE], -2), ("<u2", [0xFE, 0xFF], 65534),
            ("<i4", [0xFE, 0xFF, 0xFF, 0xFF], -2), ("<u4", [0, 0, 0, 0x40], 1 << 30), (">u4", [0x40, 0, 0, 0], 1 << 30),
            ("<i8", [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], -2), ("<u8", [9, 0, 0, 0, 0, 0, 0, 0], 9),
        ];
        Assert.Multiple(() =>
        {
            foreach ((string descriptor, byte[] data, float expected) in cases)
            {
                string path = Save(Header(descriptor, "(1,)"), data);
                Assert.That(Npy.ReadFloats(path).Values, Is.EqualTo(new[] { expected }), descriptor);
                if (descriptor[1] != 'f')
                    Assert.That(Npy.ReadIntegers(path).Values, Is.EqualTo(new[] { (int)expected }), descriptor);
            }
        });
    }

    [Test]
    public void FortranOrder_IsConvertedToCOrder()
    {
        // Element (i, j, k) of a 2 x 3 x 4 array holds 100 i + 10 j + k; the first index runs fastest in the file.
        List<byte> data = [];
        List<int> expected = [];
        for (int k = 0; k < 4; k++)
            for (int j = 0; j < 3; j++)
                for (int i = 0; i < 2; i++) data.Add((byte)(100 * i + 10 * j + k));
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 3; j++)
                for (int k = 0; k < 4; k++) expected.Add(100 * i + 10 * j + k);
        Assert.That(Npy.ReadIntegers(Save(Header("|u1", "(2, 3, 4)", fortran: true), [.. data])).Values,
            Is.EqualTo(expected));
    }

    [TestCase((byte)2)]
    [TestCase((byte)3)]
    public void LaterVersions_AreRead(byte version)
    {
        string path = folder.Write("v.npy", Bytes(Header("|u1", "(2L,)"), [3, 4], version));
        Assert.That(Npy.ReadIntegers(path).Values, Is.EqualTo(new[] { 3, 4 }));
    }

    [Test]
    public void MoreElementsThanOneChunk_AreAllRead()
    {
        int[] values = [.. Enumerable.Range(0, 50_000)];
        Npy.Write(folder["many.npy"], new(50, 1000), values);
        Assert.That(Npy.ReadIntegers(folder["many.npy"]).Values, Is.EqualTo(values));
    }

    [TestCase("<f4", "(1000000, 1000000)", "is cut short or its header is wrong")]
    [TestCase("<f8", "(2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647)", "cut short")]
    [TestCase("<f4", "(0, 2147483647)", "the header is wrong")]
    [TestCase("|u1", "(3,)", "the header is wrong")]
    [TestCase("<f4", "(4294967297,)", "an extent in 'shape' is not a number from 0 to 2147483647")]
    [TestCase("<f4", "(-1,)", "an extent in 'shape'")]
    [TestCase("<f4", "(1,1,1,1,1,1,1)", "more than 6 dimensions")]
    [TestCase("|O", "(1,)", "words or objects ('|O')")]
    [TestCase("<c8", "(1,)", "elements of type '<c8'")]
    [TestCase("<f9", "(1,)", "elements of type '<f9'")]
    [TestCase("<U4", "(1,)", "numpy.unique(labels, return_inverse=True)")]
    [TestCase(">x4", "(1,)", "elements of type '>x4'")]
    public void LyingHeader_IsOneLine(string descriptor, string shape, string message) =>
        Assert.That(Error(() => Npy.ReadFloats(Save(Header(descriptor, shape), new byte[8]))), Does.Contain(message));

    [TestCase("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "records with fields")]
    [TestCase("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", "neither True nor False")]
    [TestCase("{'descr': '<f4', 'shape': (2,)}", "lacks one of")]
    [TestCase("{'descr': '<f4', 'evil': 1}", "'evil'")]
    [TestCase("{'descr': '<f4'", "'}' is expected")]
    [TestCase("", "'{' is expected")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} import os", "something follows its end")]
    public void MalformedHeader_SaysWhatIsExpected(string header, string message) =>
        Assert.That(Error(() => Npy.ReadFloats(Save(header, new byte[8]))), Does.Contain(message));

    [Test]
    public void OtherFiles_AreRefused() => Assert.Multiple(() =>
    {
        Assert.That(Error(() => Npy.ReadFloats(folder["none.npy"])), Does.EndWith("no such file"));
        Assert.That(Error(() => Npy.ReadFloats(folder.Path)), Does.EndWith("is a folder, not a file"));
        Assert.That(Error(() => Npy.ReadFloats(folder.Write("e.npy", []))), Does.Contain("not an .npy file"));
        Assert.That(Error(() => Npy.ReadFloats(folder.Write("p.npy", "PK\x03\x04 a zip"u8))),
            Does.Contain("not an .npy file"));
        byte[] long2 = [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.That(Error(() => Npy.ReadFloats(folder.Write("l.npy", long2))), Does.Contain("within its header"));
        byte[] version9 = [0x93, .. "NUMPY"u8, 9, 0, 0, 0];
        Assert.That(Error(() => Npy.ReadFloats(folder.Write("9.npy", version9))), Does.Contain("version 9"));
    });

    [TestCase("GIF89a..........", "a GIF")]
    [TestCase("II*\0............", "a TIFF")]
    [TestCase("\0\0\0\u0018ftypheic....", "a HEIC, as telephones take")]
    [TestCase("\0\0\0\u0018ftypavif....", "an AVIF")]
    public void ImagesThatAreNotRead_AreNamed(string head, string kind) => Assert.That(
        Error(() => Npy.ReadFloats(folder.Write("photo", Encoding.Latin1.GetBytes(head)))),
        Does.EndWith($"photo is not an .npy file: it is {kind}, and of images only PNG, JPEG, BMP and WebP are read"));

    [Test]
    public void NonFiniteElement_IsReportedWithItsPlace()
    {
        float[] values = [0, 1, 2, 3, float.NaN, 5];
        Npy.Write(folder["nan.npy"], new(2, 3), values);
        Assert.That(Error(() => Npy.ReadFloats(folder["nan.npy"])), Does.Contain("element [1, 1] is NaN"));
        Assert.That(Npy.ReadFloats(folder["nan.npy"], finite: false).Values[4], Is.NaN);
        byte[] huge = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(huge, 1e300);
        Assert.That(Error(() => Npy.ReadFloats(Save(Header("<f8", "(1,)"), huge))),
            Does.Contain("element [0] is +infinity"));
    }

    [Test]
    public void IntegerThatDoesNotFit_IsReportedWithItsPlace()
    {
        Npy.Write(folder["big.npy"], new(2, 2), new[] { 1L, 2, 3, 1L << 40 });
        Assert.That(Error(() => Npy.ReadIntegers(folder["big.npy"])), Does.Contain("element [1, 1] does not fit"));
        Assert.That(Error(() => Npy.ReadBytes(folder["big.npy"])), Does.Contain("0 to 255"));
        Npy.Write(folder["float.npy"], new(1), new[] { 1f });
        Assert.That(Error(() => Npy.ReadIntegers(folder["float.npy"])), Does.Contain("holds float32, not integers"));
    }

    [Test]
    public void HostileBytes_AreNothingWorseThanAUserError()
    {
        Npy.Write(folder["sound.npy"], new(3, 2), new float[6]);
        Hostile.Survives<UserErrorException>(
            File.ReadAllBytes(folder["sound.npy"]), path => Npy.ReadFloats(path), mutations: 1000);
        Hostile.Survives<UserErrorException>(Bytes(Header(">i8", "(2, 2)", fortran: true), new byte[32], 2), path =>
            Npy.ReadIntegers(path));
    }
}
