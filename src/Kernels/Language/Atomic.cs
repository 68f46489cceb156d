namespace ILGPU;

/// <summary>Read-modify-write operations that no other item interrupts; each gives the old value.</summary>
public static class Atomic
{
    public static int Add(ref int target, int value) => unchecked(Interlocked.Add(ref target, value) - value);

    public static uint Add(ref uint target, uint value) => unchecked(Interlocked.Add(ref target, value) - value);

    public static long Add(ref long target, long value) => unchecked(Interlocked.Add(ref target, value) - value);

    public static ulong Add(ref ulong target, ulong value) => unchecked(Interlocked.Add(ref target, value) - value);

    public static float Add(ref float target, float value) => Update(ref target, value, static (a, b) => a + b);

    public static double Add(ref double target, double value) => Update(ref target, value, static (a, b) => a + b);

    public static int Max(ref int target, int value) => Update(ref target, value, Math.Max);

    public static uint Max(ref uint target, uint value) => Update(ref target, value, Math.Max);

    public static float Max(ref float target, float value) => Update(ref target, value, float.MaxNumber);

    public static double Max(ref double target, double value) => Update(ref target, value, double.MaxNumber);

    public static int Min(ref int target, int value) => Update(ref target, value, Math.Min);

    public static uint Min(ref uint target, uint value) => Update(ref target, value, Math.Min);

    public static float Min(ref float target, float value) => Update(ref target, value, float.MinNumber);

    public static double Min(ref double target, double value) => Update(ref target, value, double.MinNumber);

    public static int And(ref int target, int value) => Interlocked.And(ref target, value);

    public static uint And(ref uint target, uint value) => Interlocked.And(ref target, value);

    public static int Or(ref int target, int value) => Interlocked.Or(ref target, value);

    public static uint Or(ref uint target, uint value) => Interlocked.Or(ref target, value);

    public static int Xor(ref int target, int value) => Update(ref target, value, static (a, b) => a ^ b);

    public static uint Xor(ref uint target, uint value) => Update(ref target, value, static (a, b) => a ^ b);

    public static T Exchange<T>(ref T target, T value) where T : unmanaged => Interlocked.Exchange(ref target, value);

    public static T CompareExchange<T>(ref T target, T compare, T value) where T : unmanaged =>
        Interlocked.CompareExchange(ref target, value, compare);

    static T Update<T>(ref T target, T value, Func<T, T, T> operation) where T : unmanaged
    {
        while (true)
        {
            T seen = target;
            // Equals, not ==: a NaN equals itself.
            T before = Interlocked.CompareExchange(ref target, operation(seen, value), seen);
            if (before.Equals(seen)) return before;
        }
    }
}
