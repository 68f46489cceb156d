#!/usr/bin/env bash
# MathNet.Numerics 5.0.0 (NuGet): a vector or matrix times the number 0 is 0, also where it holds NaN or infinity.
#
# Expected:  each element times 0: NaN for NaN and for infinity, as every loop over the array gives.
# Happens:   a factor of 0 clears the result, of float and double, of vectors and matrices; a factor of 1e-45 keeps the
#            NaN, and so does multiplying by a vector of zeros, element by element.
# Matters:   a loss scaled by a weight that is annealed to 0, or a velocity times a momentum of 0, hides that the
#            numbers blew up; the check for NaN behind it finds nothing.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp MathNet.Numerics/5.0.0 <<'PROGRAM'
using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

float[] broken = [float.NaN, float.PositiveInfinity, 1];
Vector<float> x = Vector<float>.Build.Dense(broken);
Console.WriteLine($"float vector * 0: {string.Join(" ", x * 0f)}");
Console.WriteLine($"float vector * 1e-45: {string.Join(" ", x * 1e-45f)}");
Console.WriteLine($"float vector * zeros: {string.Join(" ", x.PointwiseMultiply(Vector<float>.Build.Dense(3)))}");
Console.WriteLine($"double vector * 0: {string.Join(" ", x.ToDouble() * 0)}");
Matrix<float> matrix = Matrix<float>.Build.Dense(1, 3, broken);
Console.WriteLine($"float matrix * 0: {string.Join(" ", (matrix * 0f).Enumerate())}");
Console.WriteLine($"C#: {string.Join(" ", broken.Select(value => value * 0))}");
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
float vector * 0: 0 0 0
float vector * 1e-45: NaN Infinity 1E-45
float vector * zeros: NaN NaN 0
double vector * 0: 0 0 0
float matrix * 0: 0 0 0
C#: NaN NaN 0
STATED
