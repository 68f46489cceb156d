namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Every StepR-th line and every StepS-th column of a filter's taps from tap (FirstR, FirstS) on: Lines x
/// Columns of them.
/// </summary>
public readonly record struct TapSubset(int FirstR, int FirstS, int StepR, int StepS, int Lines, int Columns);
