namespace TripletGpu.Runner.Explaining;

/// <summary>One image of a pair, and what each of its pixels does for their likeness.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Shape">(C, H, W).</param>
/// <param name="Pixels">C H W, in [0, 1].</param>
/// <param name="Gradients">
/// By pixel (H W): integrated gradients of the likeness, summed over the channels. Above 0: brings the images together,
/// compared with the blurred image.
/// </param>
/// <param name="Occlusion">By pixel: the mean loss of likeness over the squares on it that were blurred.</param>
/// <param name="Agreement">
/// The rank correlation over all squares of what the gradients in a square add up to with what blurring it does.
/// </param>
/// <param name="Windows">How many squares there were.</param>
/// <param name="Completeness">
/// The sum of all gradients over what it should be, the likeness of the image less that of the blurred one; 1 is exact.
/// </param>
sealed record ExplainedImage(
    string Name, Shape Shape, float[] Pixels, float[] Gradients, float[] Occlusion, double Agreement, int Windows,
    double Completeness);

/// <summary>Why two images lie as near to each other as they do.</summary>
/// <param name="SquaredDistance">Of their embeddings.</param>
/// <param name="Window">The side of the square that is blurred.</param>
/// <param name="A">One image.</param>
/// <param name="B">The other.</param>
sealed record PairExplanation(double SquaredDistance, int Window, ExplainedImage A, ExplainedImage B);
