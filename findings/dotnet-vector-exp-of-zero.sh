#!/usr/bin/env bash
# .NET 10.0.12's own vector functions (System.Runtime.Intrinsics), x86-64: e to the 0 is 1.0000001.
#
# Expected:  Vector128.Exp is MathF.Exp, four at a time, within a last place where that is hard to round; exp(0) = 1,
#            as in every mathematics library, and the same for float and double.
# Happens:   Vector128.Exp, Vector256.Exp and Vector512.Exp of 0f are 1.0000001, one unit in the last place above 1,
#            of -0f as well; of 0.0 (double) exactly 1. More than half of the floats between -10 and 10 differ from
#            MathF.Exp, some by two units. Log and Sin differ too; log(1) is 0.
# Matters:   a softmax or a Gaussian kernel of a row with itself is above 1; identities that hold exactly with scalars
#            (exp(0) * x = x, probabilities at most 1 after division by the sum of one) fail where the loop is
#            vectorised, and the remainder of the row, done by scalars, disagrees with its bulk.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp <<'PROGRAM'
using System.Globalization;
using System.Runtime.Intrinsics;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine($"exp(0): MathF {MathF.Exp(0f)} 128 {Vector128.Exp(Vector128<float>.Zero)[0]} "
    + $"256 {Vector256.Exp(Vector256<float>.Zero)[0]} 512 {Vector512.Exp(Vector512<float>.Zero)[0]} "
    + $"double {Vector128.Exp(Vector128<double>.Zero)[0]}");
Console.WriteLine($"exp(-0): {Vector128.Exp(Vector128.Create(-0f))[0]}; "
    + $"log(1): {Vector128.Log(Vector128.Create(1f))[0]}");
int exp = 0, log = 0, sin = 0, worst = 0;
for (int i = -10_000; i <= 10_000; i++)
{
    float x = i / 1000f;
    int apart = Math.Abs(BitConverter.SingleToInt32Bits(Vector128.Exp(Vector128.Create(x))[0])
        - BitConverter.SingleToInt32Bits(MathF.Exp(x)));
    worst = Math.Max(worst, apart);
    if (apart > 0) exp++;
    if (i > 0 && Vector128.Log(Vector128.Create(x))[0] != MathF.Log(x)) log++;
    if (Vector128.Sin(Vector128.Create(x))[0] != MathF.Sin(x)) sin++;
}
Console.WriteLine($"of 20,001: exp differs in more than half: {exp > 10_000}, by at most {worst}; "
    + $"log and sin differ: {log > 0} {sin > 0}");
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
exp(0): MathF 1 128 1.0000001 256 1.0000001 512 1.0000001 double 1
exp(-0): 1.0000001; log(1): 0
of 20,001: exp differs in more than half: True, by at most 2; log and sin differ: True True
STATED
