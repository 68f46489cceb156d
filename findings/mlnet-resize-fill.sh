#!/usr/bin/env bash
# Microsoft.ML.ImageAnalytics 5.0.1 (NuGet): ResizeImages takes single points where it stretches, and means elsewhere.
#
# Expected:  the kinds of resizing say what becomes of the sides: Fill stretches, IsoPad adds black bars, IsoCrop cuts
#            off. They take their pixels alike, and a mirrored image resized is the mirror image of the resized one.
# Happens:   IsoCrop, the default, and IsoPad interpolate: 0 30 60 ... 210 at half its size is 15 75 135 195. Fill takes
#            every other pixel, 0 60 120 180, and those between them of the mirrored image. White points, one pixel in
#            four, are grey (63) at half and at a quarter of the size; by Fill all is white at half, black at a quarter.
# Matters:   a network trained with stretched images, as most are, gets jagged ones of another brightness in service,
#            though image and size are right; changing the kind for the sake of the sides changes all pixels.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp Microsoft.ML/5.0.1 Microsoft.ML.ImageAnalytics/5.0.1 <<'PROGRAM'
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
var ml = new MLContext(0);
IEnumerable<float> Resized(int oldWidth, int oldHeight, Func<int, int, float> grey, int width, int height,
    ImageResizingEstimator.ResizingKind kind)
{
    int count = oldWidth * oldHeight;
    SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
    schema["Planes"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3 * count);
    float[] planes = [.. Enumerable.Range(0, 3 * count).Select(i => grey(i % oldWidth, i % count / oldWidth))];
    IDataView data = ml.Data.LoadFromEnumerable([new Row { Planes = planes }], schema);
    var steps = ml.Transforms.ConvertToImage(oldHeight, oldWidth, "Image", "Planes")
        .Append(ml.Transforms.ResizeImages("Image", width, height, resizing: kind))
        .Append(ml.Transforms.ExtractPixels("Pixels", "Image"));
    return steps.Fit(data).Transform(data).GetColumn<float[]>("Pixels").First().Take(width * height);
}
foreach (var kind in Enum.GetValues<ImageResizingEstimator.ResizingKind>())
{
    Console.WriteLine($"{kind}: {string.Join(" ", Resized(8, 4, (x, _) => 30 * x, 4, 2, kind).Take(4))}, mirrored and "
        + "back: " + string.Join(" ", Resized(8, 4, (x, _) => 210 - 30 * x, 4, 2, kind).Take(4).Reverse()));
    foreach (int size in (int[])[32, 16])
        Console.WriteLine($"{kind}, points of 255 to {size} x {size}: " + string.Join(" ",
            Resized(64, 64, (x, y) => x % 2 + y % 2 == 0 ? 255 : 0, size, size, kind).Distinct()));
}
class Row
{
    public float[] Planes { get; set; } = [];
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
IsoPad: 15 75 135 195, mirrored and back: 15 75 135 195
IsoPad, points of 255 to 32 x 32: 63
IsoPad, points of 255 to 16 x 16: 63
IsoCrop: 15 75 135 195, mirrored and back: 15 75 135 195
IsoCrop, points of 255 to 32 x 32: 63
IsoCrop, points of 255 to 16 x 16: 63
Fill: 0 60 120 180, mirrored and back: 30 90 150 210
Fill, points of 255 to 32 x 32: 255
Fill, points of 255 to 16 x 16: 0
STATED
