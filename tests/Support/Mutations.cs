using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>Files damaged at random, the same ones in every run: what a parser must survive.</summary>
public static class Mutations
{
    // What reading may take of memory: this, and twice the file's length.
    const long FreeBytes = 64 << 20;

    static readonly TimeSpan longest = TimeSpan.FromSeconds(1);

    static readonly byte[] edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];

    // In the place of a number or a word of a text.
    static readonly byte[][] words =
    [
        .. new[]
        {
            "", "0", "-1", "1e999", "-0.0", "NaN", "2147483647", "2147483648", "9223372036854775807",
            "18446744073709551616", "null", "true", "[]", "{}", "\"\"", "\"\\u0000\"", "..", "\r\n", "\u00FC",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>
    /// How many a test makes for each parser; <c>TRIPLET_MUTATIONS</c> sets another number (20000 for a full trial).
    /// </summary>
    public static int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("TRIPLET_MUTATIONS"), out int set) ? set : usual;

    /// <summary>
    /// Reads mutations of sound files in turns. Each read succeeds or throws one of the documented exceptions with a
    /// message of one line, within 1 s and 64 MiB besides twice the file's length.
    /// </summary>
    /// <param name="usual">How many there are in a usual run of the tests.</param>
    /// <param name="sound">The files, as they should be.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="documented">The exceptions that the parser documents.</param>
    public static void Survives(
        int usual, IReadOnlyList<byte[]> sound, Action<byte[]> read, params ReadOnlySpan<Type> documented)
    {
        // What runs once, such as static constructors, counts for no mutation.
        foreach (byte[] file in sound) Assert.That(() => read(file), Throws.Nothing, "a sound file");
        int count = Count(usual);
        for (int i = 0; i < count; i++)
            Survives(Of(sound[i % sound.Count], i), $"mutation {i} of file {i % sound.Count}", read, documented);
    }

    /// <summary>The same of one damaged file.</summary>
    /// <param name="file">The damaged file.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="documented">The exceptions that the parser documents.</param>
    public static void Survives(
        byte[] file, string what, Action<byte[]> read, params ReadOnlySpan<Type> documented)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
        TimeSpan busy = Environment.CpuUsage.TotalTime;
        try
        {
            read(file);
        }
        catch (Exception exception) when (documented.Contains(exception.GetType()))
        {
            Assert.That(exception.Message, Does.Not.Contain('\n'), what);
        }
        catch (Exception exception) when (exception is not ResultStateException)
        {
            Assert.Fail($"{what}: {exception}\n{Dump(file)}");
        }
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (bytes > FreeBytes + 2L * file.Length)
            Assert.Fail($"{what}: {bytes:N0} bytes for a file of {file.Length:N0}\n{Dump(file)}");
        // The clock alone would count what else the machine does.
        if (Stopwatch.GetElapsedTime(started) > longest && Environment.CpuUsage.TotalTime - busy > longest)
            Assert.Fail($"{what}: {Environment.CpuUsage.TotalTime - busy} of processor time\n{Dump(file)}");
    }

    /// <summary>
    /// Bits turned, bytes set to random or extreme values, a part cut out, doubled or moved, a word of a text replaced,
    /// or the end cut off: one to four of these.
    /// </summary>
    /// <param name="file">The sound file; it stays as it is.</param>
    /// <param name="number">Which of its mutations.</param>
    public static byte[] Of(byte[] file, int number)
    {
        Random random = new(number);
        byte[] changed = [.. file];
        for (int left = random.Next(1, 5); left > 0 && changed.Length > 1; left--)
        {
            int at = random.Next(changed.Length), end = Math.Min(changed.Length, at + random.Next(1, 64));
            switch (random.Next(8))
            {
                case 0: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: changed[at] = (byte)random.Next(256); break;
                case 2: changed.AsSpan(at, Math.Min(4, end - at)).Fill(edges[random.Next(edges.Length)]); break;
                case 3: changed = [.. changed[..at], .. changed[end..]]; break;
                case 4: changed = [.. changed[..end], .. changed[at..]]; break;
                case 5:
                    int to = random.Next(changed.Length - (end - at) + 1);
                    changed[at..end].CopyTo(changed, to);
                    break;
                case 6: changed = WithWord(changed, at, words[random.Next(words.Length)]); break;
                default: changed = changed[..at]; break;
            }
        }
        return changed;
    }

    /// <summary>The file with another word in the place of the one around a byte.</summary>
    static byte[] WithWord(byte[] file, int at, byte[] word)
    {
        int start = at, end = at;
        while (start > 0 && IsOfWord(file[start - 1])) start--;
        while (end < file.Length && IsOfWord(file[end])) end++;
        return [.. file[..start], .. word, .. file[end..]];
    }

    static bool IsOfWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.';

    /// <summary>The file for a corpus, as far as it is short.</summary>
    static string Dump(byte[] file) => Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 1 << 14)));
}
