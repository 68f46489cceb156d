#!/usr/bin/env bash
# Microsoft.ML 5.0.1 (NuGet): the area under the precision-recall curve of equal scores is that of the rows' order.
#
# Expected:  a score that tells nothing apart has the share of positives as its area (1/2 below), or half of something,
#            but one figure; as AreaUnderRocCurve of such scores is 1/2 in any order.
# Happens:   rows of equal scores are taken one by one as they come: with the positives first the area is 1, a perfect
#            ranking, with the negatives first 0.29. AreaUnderRocCurve is 1/2 each time.
# Matters:   data sets are stored class by class, and distances that are quantised, clipped or saturated have ties: a
#            network whose embeddings collapsed to one point verifies faces perfectly.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp Microsoft.ML/5.0.1 <<'PROGRAM'
using Microsoft.ML;
var ml = new MLContext(0);
foreach (string labels in (string[])["+-+-", "++--", "--++"])
{
    var metrics = ml.BinaryClassification.EvaluateNonCalibrated(
        ml.Data.LoadFromEnumerable(labels.Select(label => new Pair { Label = label == '+' }).ToArray()));
    Console.WriteLine($"{labels} of one score: precision-recall {metrics.AreaUnderPrecisionRecallCurve:0.####}, "
        + $"ROC {metrics.AreaUnderRocCurve:0.####}");
}
class Pair
{
    public bool Label { get; set; }
    public float Score { get; set; } = 1;
    public bool PredictedLabel { get; set; } = true;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
+-+- of one score: precision-recall 0.7917, ROC 0.5
++-- of one score: precision-recall 1, ROC 0.5
--++ of one score: precision-recall 0.2917, ROC 0.5
STATED
