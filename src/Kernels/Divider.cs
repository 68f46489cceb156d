using System.Numerics;

namespace TripletGpu.Kernels;

/// <summary>
/// Division by a number that a kernel gets from the host: a multiplication and a shift in the place of some thirty
/// instructions, which a kernel bound by memory would wait for. Exact for 0 to 2^31 - 1 (Granlund and Montgomery,
/// "Division by Invariant Integers using Multiplication", PLDI 1994, theorem 4.2 with N = 31).
/// </summary>
/// <param name="Divisor">What is divided by, from 1.</param>
/// <param name="Multiplier">More than 2^Shift / Divisor, by at most 1; below 2^32.</param>
/// <param name="Shift">31 and the bits of Divisor - 1.</param>
public readonly record struct Divider(int Divisor, uint Multiplier, int Shift)
{
    /// <summary>Divides by a number from 1; 0, of which an empty tensor has nothing to divide, counts as 1.</summary>
    public static Divider By(int divisor)
    {
        uint by = (uint)Math.Max(divisor, 1);
        int shift = 31 + 32 - BitOperations.LeadingZeroCount(by - 1);
        return new((int)by, (uint)((UInt128.One << shift) / by + 1), shift);
    }

    /// <summary>n / Divisor for n from 0.</summary>
    public int Quotient(int n) => (int)((long)n * Multiplier >> Shift);

    /// <summary>n - q * Divisor: the remainder, where q is the quotient.</summary>
    public int Remainder(int n, int q) => n - q * Divisor;
}
