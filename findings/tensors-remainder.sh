#!/usr/bin/env bash
# System.Numerics.Tensors 11.0.0 on .NET 10, x86-64: TensorPrimitives.Remainder of 100,000,000 and 7 is 0, in company.
#
# Expected:  Remainder(x, y) is x % y for each element, which is exact for floats however long the quotient is: below
#            |y|, with the sign of x, x itself where y is infinite.
# Happens:   spans of four floats and more take x - y * trunc(x / y), rounded three times: 100,000,000 % 7 is 0, not 2,
#            1e9 % 360 is 256, not 280, 5 % infinity NaN, 3e38 % 0.001 minus infinity, and 7 % 0.1 is 0 where C# says
#            0.0999999. A span of three is right. Doubles do the same: 1e17 % 7 is 0, not 5.
# Matters:   angles of augmentations, hues and phases brought into one turn, seeds and hashes kept as whole floats: the
#            same number has another remainder in a batch than alone, and a padded window's infinity becomes NaN.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp System.Numerics.Tensors/11.0.0 <<'PROGRAM'
using System.Globalization;
using System.Numerics.Tensors;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
foreach ((float x, float y) in new[] { (100000000f, 7f), (1e9f, 360f), (7f, 0.1f), (5f, float.PositiveInfinity),
    (3e38f, 0.001f), (5.5f, -2f) })
    Console.WriteLine($"{x} % {y}: {x % y}, of 3: {Last(3, x, y)}, of 4: {Last(4, x, y)}, of 33: {Last(33, x, y)}");
Console.WriteLine($"1e17 % 7 of doubles: {1e17 % 7}, of 4: {Last(4, 1e17, 7.0)}");

static T Last<T>(int count, T x, T y) where T : System.Numerics.INumber<T>
{
    T[] numbers = [.. Enumerable.Repeat(x, count)];
    TensorPrimitives.Remainder(numbers, y, numbers);
    return numbers[^1];
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
100000000 % 7: 2, of 3: 2, of 4: 0, of 33: 0
1E+09 % 360: 280, of 3: 280, of 4: 256, of 33: 256
7 % 0.1: 0.0999999, of 3: 0.0999999, of 4: 0, of 33: 0
5 % Infinity: 5, of 3: 5, of 4: NaN, of 33: NaN
3E+38 % 0.001: 0.00066202006, of 3: 0.00066202006, of 4: -Infinity, of 33: -Infinity
5.5 % -2: 1.5, of 3: 1.5, of 4: 1.5, of 33: 1.5
1e17 % 7 of doubles: 5, of 4: 0
STATED
