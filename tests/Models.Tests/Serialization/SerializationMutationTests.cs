using System.Text;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Serialization;

/// <summary>Damaged arrays and weights: nothing worse than a line for the user.</summary>
public sealed class SerializationMutationTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    [Test]
    public void Npy_Damaged()
    {
        Npy.Write(folder["floats"], new(3, 2), (float[])[1, 2, 3, 4, 5, 6]);
        Npy.Write(folder["longs"], new(4), (long[])[1, 2, 3, 4]);
        byte[] header = Encoding.ASCII.GetBytes("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 2), }\n");
        byte[] reversed =
        [
            0x93, .. "NUMPY"u8, 2, 0, (byte)header.Length, 0, 0, 0, .. header, .. new byte[32],
        ];
        Mutations.Survives(400, [File.ReadAllBytes(folder["floats"]), File.ReadAllBytes(folder["longs"]), reversed],
            file =>
            {
                string path = folder.Write("a.npy", file);
                _ = file.Length % 2 == 0 ? Npy.ReadFloats(path).Values.Length : Npy.ReadIntegers(path).Values.Length;
            },
            typeof(UserErrorException));
    }

    [Test]
    public void SafeTensors_Damaged()
    {
        NamedTensor[] weights =
        [
            new("a.weight", new Shape(2, 3), (float[])[1, 2, 3, 4, 5, 6]), new("a.bias", new Shape(2), (float[])[7, 8]),
            new("ü", new Shape(1), (float[])[9]),
        ];
        SafeTensors.Write(
            folder["sound"], weights, new Dictionary<string, string> { ["model"] = "small-cnn" });
        Mutations.Survives(400, [File.ReadAllBytes(folder["sound"])], file =>
        {
            using SafeTensors tensors = SafeTensors.Open(folder.Write("a", file));
            foreach (SafeTensorsEntry entry in tensors.Entries) tensors.Read(entry.Name);
        }, typeof(UserErrorException));
    }
}
