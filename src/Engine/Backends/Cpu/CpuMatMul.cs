namespace TripletGpu.Backends.Cpu;

/// <summary>Matrix products on the CPU.</summary>
sealed unsafe class CpuMatMul(CpuBackend cpu) : IMatMul
{
    readonly CpuBackend cpu = cpu;

    public void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c)
    {
        Tensor target = c.Target!;
        int m = target.Shape[0], n = target.Shape[1], k = a.Shape[transposeA ? 0 : 1];
        float* pa = a.Floats(), pb = b.Floats(), pc = target.Floats();
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                float sum = c.Accumulate ? pc[i * n + j] : 0;
                for (int l = 0; l < k; l++)
                    sum += pa[transposeA ? l * m + i : i * k + l] * pb[transposeB ? j * k + l : l * n + j];
                pc[i * n + j] = sum;
            }
    }

    public void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        int n = y.Shape[0], outputs = y.Shape[1];
        for (int i = 0; i < n; i++)
            if (bias is null) new Span<float>(y.Floats() + i * outputs, outputs).Clear();
            else bias.Span().CopyTo(new Span<float>(y.Floats() + i * outputs, outputs));
        Multiply(x, false, weight, true, new Gradient(y, Accumulate: true));
    }

    public void SumRows(Tensor x, Gradient sums)
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        float* from = x.Floats(), to = sums.Target!.Floats();
        for (int j = 0; j < columns; j++)
        {
            double sum = sums.Accumulate ? to[j] : 0;
            for (int i = 0; i < rows; i++) sum += from[i * columns + j];
            to[j] = (float)sum;
        }
    }
}
