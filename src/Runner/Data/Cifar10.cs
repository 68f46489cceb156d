using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Data;

/// <summary>
/// CIFAR-10's binary form: five files for training and one for test, 10,000 records each of a label byte and 3 x 32 x
/// 32 pixels (https://www.cs.toronto.edu/~kriz/cifar.html).
/// </summary>
public static class Cifar10
{
    const string Archive = "cifar-10-binary.tar.gz";
    const string Sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";
    const int ArchiveBytes = 170_052_171, Records = 10_000, ImageBytes = 3 * 32 * 32, RecordBytes = 1 + ImageBytes;
    const string TestFile = "test_batch.bin";

    static readonly string[] TrainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    static readonly string[] ClassNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Makes sure that the six files lie in the cache folder.</summary>
    /// <param name="log">Takes a line about what is being done.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="UserErrorException">The archive is neither in the cache folder nor to be had.</exception>
    public static string Fetch(Action<string> log)
    {
        string folder = Path.Combine(CacheFolder.Location, "cifar10"), archive = Path.Combine(folder, Archive);
        if (TrainFiles.Append(TestFile).All(file => File.Exists(Path.Combine(folder, file)))) return folder;
        if (!File.Exists(archive)) Download(archive, log);
        Unpack(archive, folder);
        return folder;
    }

    /// <summary>Reads the two parts from a folder with the six files.</summary>
    /// <exception cref="UserErrorException">A file is missing, cut short or has a label above 9.</exception>
    public static (MemoryDataset Train, MemoryDataset Test) Read(string folder) =>
        (ReadPart("cifar10 train", folder, TrainFiles), ReadPart("cifar10 test", folder, [TestFile]));

    static MemoryDataset ReadPart(string name, string folder, string[] files)
    {
        byte[] pixels = new byte[files.Length * Records * ImageBytes], record = new byte[RecordBytes];
        int[] labels = new int[files.Length * Records];
        for (int f = 0; f < files.Length; f++)
        {
            string path = Path.Combine(folder, files[f]);
            if (!File.Exists(path) && File.Exists(Path.ChangeExtension(path, null)))
                throw new UserErrorException(
                    $"{folder} holds CIFAR-10's Python version ({Path.GetFileNameWithoutExtension(path)} is a pickle):"
                    + $" take the binary version, {Archive}, whose files end in .bin");
            using FileStream stream = InputFile.Open(path);
            if (stream.Length != Records * RecordBytes) throw new UserErrorException(
                $"{path} has {Counted.Of(stream.Length, "byte")}, not {Records * RecordBytes}: it is cut short or"
                + " another file");
            for (int i = f * Records; i < (f + 1) * Records; i++)
            {
                stream.ReadExactly(record);
                labels[i] = record[0] < ClassNames.Length ? record[0]
                    : throw new UserErrorException(
                    $"{path}: label {i - f * Records} is {record[0]}; labels go from 0 to 9");
                record.AsSpan(1).CopyTo(pixels.AsSpan(i * ImageBytes));
            }
        }
        return new(name, new Shape(3, 32, 32), pixels, labels, ClassNames);
    }

    static void Download(string archive, Action<string> log)
    {
        Uri mirror = new($"https://www.cs.toronto.edu/~kriz/{Archive}");
        log($"fetching cifar10 from {mirror.Host} (170 MB)");
        try
        {
            using MemoryStream contents = new(ArchiveBytes);
            Downloads.Get(mirror, contents, ArchiveBytes);
            Span<byte> bytes = contents.GetBuffer().AsSpan(0, (int)contents.Length);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != Sha256)
                throw new InvalidDataException("its archive is another file than the published one (SHA-256 differs)");
            AtomicFile.Write(archive, to => contents.WriteTo(to));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new UserErrorException(
                $"cifar10 could not be fetched ({mirror.Host}: {e.Message.ReplaceLineEndings(" ")}):"
                + $" put {Archive} into {Path.GetDirectoryName(archive)}", e);
        }
    }

    static void Unpack(string archive, string folder)
    {
        try
        {
            using GZipStream inflated = new(InputFile.Open(archive), CompressionMode.Decompress);
            using TarReader tar = new(inflated);
            while (tar.GetNextEntry() is { } entry)
            {
                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (entry.DataStream is null || entry.Length != Records * RecordBytes) continue;
                if (TrainFiles.Append(TestFile).Contains(name))
                    AtomicFile.Write(Path.Combine(folder, name), to => entry.DataStream.CopyTo(to));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new UserErrorException(
                $"{archive} is damaged: it cannot be unpacked; delete it, and it is fetched again", e);
        }
    }
}
