using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>Checks that a reader meets any bytes with nothing worse than an exception of one line.</summary>
public static class Hostile
{
    const long MostBytesAllocated = 16 << 20;

    /// <summary>
    /// Reads a sound file cut at every length (every so many bytes for a long one) and with random bytes changed. Each
    /// either succeeds or throws the documented exception, and none allocates much.
    /// </summary>
    /// <typeparam name="TDocumented">That exception.</typeparam>
    public static void Survives<TDocumented>(byte[] sound, Action<string> read, int mutations = 400)
        where TDocumented : Exception
    {
        using TemporaryFolder folder = new();
        int step = Math.Max(1, sound.Length / 200);
        for (int length = 0; length < sound.Length; length += step) Try(sound[..length], $"cut to {length} bytes");
        Random random = new(1);
        for (int i = 0; i < mutations; i++)
        {
            byte[] changed = (byte[])sound.Clone();
            // The head is where lies matter most.
            int reach = i % 2 == 0 ? Math.Min(128, changed.Length) : changed.Length;
            for (int n = random.Next(1, 5); n > 0; n--) changed[random.Next(reach)] = (byte)random.Next(256);
            Try(changed, $"mutation {i}");
        }
        for (int i = 0; i < 100; i++)
        {
            byte[] noise = new byte[random.Next(300)];
            random.NextBytes(noise);
            Try(noise, $"noise {i}");
        }

        void Try(byte[] bytes, string what)
        {
            string path = folder.Write("hostile", bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
            }
            catch (TDocumented e)
            {
                Assert.That(e.Message, Does.Not.Contain('\n'), what);
            }
            catch (Exception e) when (e is not ResultStateException)
            {
                Assert.Fail($"{what}: {e}");
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytesAllocated), what);
        }
    }
}
