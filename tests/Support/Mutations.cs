namespace TripletGpu.Support;

/// <summary>Files damaged at random, the same ones in every run: what a parser must survive.</summary>
public static class Mutations
{
    static readonly byte[] edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];

    /// <summary>How many a test makes of each file; <c>TRIPLET_MUTATIONS</c> sets another number.</summary>
    public static int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("TRIPLET_MUTATIONS"), out int set) ? set : usual;

    /// <summary>
    /// Bits turned, bytes set to random or extreme values, a part cut out, doubled or moved, or the end cut off: one to
    /// four of these.
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
            switch (random.Next(7))
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
                default: changed = changed[..at]; break;
            }
        }
        return changed;
    }
}
