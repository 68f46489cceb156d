#!/usr/bin/env bash
# System.Numerics.Tensors 11.0.0 on .NET 10, x86-64: TensorPrimitives.Tanh of zeros is not zero.
#
# Expected:  Tanh(0) = 0, Tanh(-x) = -Tanh(x) > 0 for small x > 0, and a value that does not depend on its neighbours.
# Happens:   spans of four floats and more take a vector path by way of exp: 0 gives -5.96e-8, 1e-20 the same (a wrong
#            sign), 1e-8 gives -0, 0.001 is 2.7e-5 off in relative terms, some 230 times the last bit. Sinh and ExpM1
#            share it. A span of three goes element by element and is right, as MathF.Tanh is. It is so with 128, 256
#            and 512 bit vectors, and gone only where vectors are switched off (DOTNET_EnableHWIntrinsic=0).
# Matters:   a network with zero weights and tanh has outputs and gradients that are not zero; a batch of 3 and one of
#            4 rows of one feature differ; a dead unit looks alive. Measure a tanh near zero, and in spans longer than
#            a vector.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp System.Numerics.Tensors/11.0.0 <<'PROGRAM'
using System.Globalization;
using System.Numerics.Tensors;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
float[] values = [0f, 1e-20f, 1e-8f, 1e-3f];
foreach (int length in (int[])[3, 4, 9])
    foreach (float value in values)
    {
        float[] x = new float[length], tanh = new float[length], sinh = new float[length], expm1 = new float[length];
        Array.Fill(x, value);
        TensorPrimitives.Tanh<float>(x, tanh);
        TensorPrimitives.Sinh<float>(x, sinh);
        TensorPrimitives.ExpM1<float>(x, expm1);
        Console.WriteLine($"{length} x {value}: tanh {tanh[0]} (MathF {MathF.Tanh(value)}), "
            + $"sinh {sinh[0]}, expm1 {expm1[0]}");
    }
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
3 x 0: tanh 0 (MathF 0), sinh 0, expm1 0
3 x 1E-20: tanh 1E-20 (MathF 1E-20), sinh 1E-20, expm1 0
3 x 1E-08: tanh 1E-08 (MathF 1E-08), sinh 1E-08, expm1 0
3 x 0.001: tanh 0.0009999997 (MathF 0.0009999997), sinh 0.0010000002, expm1 0.0010005236
4 x 0: tanh -5.9604645E-08 (MathF 0), sinh 5.960547E-08, expm1 1.1920929E-07
4 x 1E-20: tanh -5.9604645E-08 (MathF 1E-20), sinh 5.960547E-08, expm1 1.1920929E-07
4 x 1E-08: tanh -0 (MathF 1E-08), sinh 5.960547E-08, expm1 1.1920929E-07
4 x 0.001: tanh 0.0009999728 (MathF 0.0009999997), sinh 0.0010000308, expm1 0.0010005236
9 x 0: tanh -5.9604645E-08 (MathF 0), sinh 5.960547E-08, expm1 1.1920929E-07
9 x 1E-20: tanh -5.9604645E-08 (MathF 1E-20), sinh 5.960547E-08, expm1 1.1920929E-07
9 x 1E-08: tanh -0 (MathF 1E-08), sinh 5.960547E-08, expm1 1.1920929E-07
9 x 0.001: tanh 0.0009999728 (MathF 0.0009999997), sinh 0.0010000308, expm1 0.0010005236
STATED
