#!/usr/bin/env bash
# Microsoft.ML 5.0.1 (NuGet): a class that is read from a data view and loaded again is the next one.
#
# Expected:  a member with [KeyType(3)] means the same number on both ways, LoadFromEnumerable and CreateEnumerable; of
#            keys the documentation says that 1, 2 and 3 are the values and 0 is a missing one.
# Happens:   LoadFromEnumerable adds 1, CreateEnumerable does not take it away. 0, 1, 2, 3 come back as 1, 2, 3, 0; a
#            second time 3 is missing, and what was missing is 1. Labels written as documented, 1 to 3, are moved
#            against the scores: a perfect model has an accuracy of 0, and the last class is left out of the metrics.
# Matters:   predictions kept as objects and evaluated later. Where neighbouring classes are mistaken for each other
#            (ages, grades) the accuracy is not 0 but too low or too high, and nothing looks wrong.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp Microsoft.ML/5.0.1 <<'PROGRAM'
using Microsoft.ML;
using Microsoft.ML.Data;
using System.Globalization;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(0);
IEnumerable<Row> rows = [new(0), new(1), new(2), new(3)];
for (int turn = 0; turn < 3; turn++)
{
    Console.WriteLine(string.Join(" ", rows.Select(row => row.Label)));
    rows = ml.Data.CreateEnumerable<Row>(ml.Data.LoadFromEnumerable(rows), reuseRowObject: false).ToArray();
}
// What a perfect model said, as it said it: PredictedLabel 1, 2, 3, and the scores of that class.
Judged[] judged = [.. Enumerable.Range(0, 3).Select(c => new Judged
{
    Label = (uint)c + 1,
    PredictedLabel = (uint)c + 1,
    Score = [.. Enumerable.Range(0, 3).Select(k => k == c ? 1f : 0)],
})];
var metrics = ml.MulticlassClassification.Evaluate(ml.Data.LoadFromEnumerable(judged));
Console.WriteLine($"accuracy {metrics.MicroAccuracy}, log-loss of each class "
    + string.Join(" ", metrics.PerClassLogLoss.Select(loss => $"{loss:0.##}")));
record Row
{
    public Row() { }
    public Row(uint label) => Label = label;
    [KeyType(3)]
    public uint Label { get; set; }
}
record Judged : Row
{
    [KeyType(3)]
    public uint PredictedLabel { get; set; }
    [VectorType(3)]
    public float[] Score { get; set; } = [];
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
0 1 2 3
1 2 3 0
2 3 0 1
accuracy 0, log-loss of each class 0 34.54 34.54
STATED
