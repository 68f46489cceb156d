using System.Text;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>An .npy file of bytes, as images often are; the program itself writes none.</summary>
static class ByteArrayFile
{
    public static void Write(string path, Shape shape, ReadOnlySpan<byte> values)
    {
        string extents = string.Concat(shape.ToArray().Select(extent => $"{extent},"));
        string text = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({extents}), }}".PadRight(117) + "\n";
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text), .. values]);
    }
}
