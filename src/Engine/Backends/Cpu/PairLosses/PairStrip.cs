using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.Backends.Cpu.PairLosses;

/// <summary>Some rows' similarities to all columns, and the passes over a row of them.</summary>
/// <param name="strip">The similarities, row by row; slopes take their place.</param>
/// <param name="batch">Rows and columns.</param>
/// <param name="first">The strip's first row.</param>
readonly unsafe struct PairStrip(float* strip, PairBatch batch, int first)
{
    readonly float* strip = strip;
    readonly int* rowLabels = batch.LabelsA.Ints(), columnLabels = batch.LabelsB.Ints();
    readonly PairDims dims = batch.Dims(first);

    /// <summary>What a row meets.</summary>
    public int Columns => dims.Columns;

    /// <summary>The passes of a loss over row <paramref name="line"/> of the strip.</summary>
    public PairRow Measure<TLoss>(TLoss loss, int line) where TLoss : unmanaged, IPairLoss
    {
        float* s = strip + (long)line * dims.Width;
        int self = Self(line), label = rowLabels[dims.FirstRow + line];
        PairRow.Start(out PairRow row);
        for (int j = 0; j < dims.Columns; j++) PairRow.Extend(loss, Kind(j, self, label), Similarity(s, j), ref row);
        for (int j = 0; j < dims.Columns; j++) PairRow.Add(loss, Kind(j, self, label), Similarity(s, j), ref row);
        PairRow.Close<TLoss>(ref row);
        if (!TLoss.ComparesEachPositive) return row;
        for (int j = 0; j < dims.Columns; j++) PairRow.Compare(loss, Kind(j, self, label), Similarity(s, j), ref row);
        return row;
    }

    /// <summary>Puts dL/ds in the place of each s of a row; of sub-centers only the nearest gets it.</summary>
    public void PutSlopes<TLoss>(TLoss loss, int line, float* stored, float first, float second)
        where TLoss : unmanaged, IPairLoss
    {
        float* s = strip + (long)line * dims.Width;
        int self = Self(line), label = rowLabels[dims.FirstRow + line];
        Load(stored, out PairRow row, out PairValue value);
        for (int j = 0; j < dims.Columns; j++)
        {
            int start = j * dims.SubCenters, nearest = Nearest(s, start);
            float slope = PairRow.SlopeOf(loss, Kind(j, self, label), s[nearest], row, value, first, second);
            for (int c = start; c < start + dims.SubCenters; c++) s[c] = c == nearest ? slope : 0;
        }
    }

    /// <summary>As <see cref="PairRow.Store"/>.</summary>
    public static void Store(float* to, PairRow row, PairValue value)
    {
        (to[0], to[1], to[2], to[3]) = (row.Least, row.Most, row.LogPositive, row.LogNegative);
        (to[4], to[5], to[6]) = (value.ByPositive, value.ByNegative, value.ByLinear);
        (to[PairRow.First], to[PairRow.FirstCount]) = (value.First, value.FirstCount);
        (to[PairRow.Second], to[PairRow.SecondCount]) = (value.Second, value.SecondCount);
    }

    static void Load(float* from, out PairRow row, out PairValue value)
    {
        PairRow.Start(out row);
        PairValue.Start(out value);
        (row.Least, row.Most, row.LogPositive, row.LogNegative) = (from[0], from[1], from[2], from[3]);
        (value.ByPositive, value.ByNegative, value.ByLinear) = (from[4], from[5], from[6]);
    }

    /// <summary>The column that is the row itself, or -1.</summary>
    int Self(int line) => dims.Self >= 0 ? dims.Self + dims.FirstRow + line : -1;

    /// <summary>1: a positive; -1: a negative; 0: the row itself.</summary>
    int Kind(int j, int self, int label) => j == self ? 0 : columnLabels[j] == label ? 1 : -1;

    float Similarity(float* s, int j) => dims.SubCenters == 1 ? s[j] : s[Nearest(s, j * dims.SubCenters)];

    int Nearest(float* s, int start)
    {
        int nearest = start;
        for (int c = start + 1; c < start + dims.SubCenters; c++)
            if (s[c] > s[nearest]) nearest = c;
        return nearest;
    }
}
