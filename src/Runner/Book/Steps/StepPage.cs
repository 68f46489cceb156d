using System.Globalization;
using System.Text;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book.Steps;

/// <summary>
/// The chapter that walks one step: each number with the command that prints it. A test runs the commands.
/// </summary>
sealed class StepPage
{
    readonly WalkedStep step = WalkedStep.Run();
    readonly StepBatch batch = StepBatch.Read();
    readonly RunConfig config = ConfigReader.Read("mnist-small", []);
    readonly StepRoute at;
    readonly StringBuilder body = new();

    StepPage() => at = new(step);

    /// <summary>The page as HTML.</summary>
    public static string Render()
    {
        StepPage page = new();
        page.body.Append(
            $"""
            <h1>One step of training, number by number</h1>
            <p class="lead">The first step of <code>triplet train mnist-small</code>: a batch of {StepBatch.Size}
            digits, two layers of convolution, a dense layer, and one triplet of the many that teach it. Behind each
            number stands the command that prints it: this page was made by the same program, and a test runs them
            all.</p>

            """);
        page.Pixels();
        page.Convolution();
        page.Pooling();
        page.Embedding();
        page.Mining();
        page.Gradient();
        page.Update();
        page.body.Append(BookPage.Neighbours(null, ("index.html", "Contents")));
        return BookPage.Wrap("One step of training", "", "", page.body.ToString());
    }

    void Pixels()
    {
        int n = at.Anchor, h = at.First.Line, w = at.First.Column;
        int classes = batch.Labels.Distinct().Count();
        StringBuilder html = new(
            $"<p>{Counted.Of(classes, "class")}, {Counted.Of(StepBatch.Size / classes, "image")} of each. These three"
            + " become one triplet: an anchor, a positive of its class, and a negative of another.</p>\n"
            + "<div class=\"digits\">");
        html.Append(Figure("anchor", n)).Append(Figure("positive", at.Positive));
        html.Append(Figure("negative", at.Negative));
        html.Append("</div>\n");
        html.Append(Shown("their labels", $"labels[{at.Anchor}]", $"labels[{at.Positive}]", $"labels[{at.Negative}]"));
        html.Append(Shown(
            $"nine pixels of the anchor, from line {h} and column {w} on", $"pixels[{n},0,{h}:{h + 3},{w}:{w + 3}]"));
        Section("1. Pixels", html.ToString(), "Conv2dReluMaxPool");
    }

    void Convolution()
    {
        (int k, int p, int q, int h, int w) = at.First;
        float[] x = step["pixels"].Numbers, weight = step["conv1.weight"].Numbers;
        double sum = step["conv1.bias"].Numbers[k];
        for (int i = 0; i < 9; i++)
            sum += (double)weight[k * 9 + i] * x[(at.Anchor * StepBatch.Edge + h + i / 3) * StepBatch.Edge + w + i % 3];
        string html = BookPage.Formulas(["y_(k h w) = b_k + sum_(r s) w_(k r s) x_(h + r, w + s)"])
            + Shown($"filter {k} of {step["conv1.bias"].Shape[0]}, as it was drawn", $"conv1.weight[{k},0]")
            + Shown("its bias", $"conv1.bias[{k}]")
            + Shown("nine products and the bias, added up", $"conv1.map[{at.Anchor},{k},{h},{w}]")
            + $"<p class=\"soft\">In double precision the sum of these nine products is {Double(sum)}.</p>";
        Section("2. Convolution", html, "Conv2dReluMaxPool");
    }

    void Pooling()
    {
        (int k, int p, int q, _, _) = at.First;
        (int k2, int p2, int q2) = at.Second;
        int maps = step["conv2.weight"].Shape[1];
        string html = BookPage.Formulas(["y_(p q) = max(0, max_(i j in {0, 1}) map_(2 p + i, 2 q + j))"])
            + Shown("four neighbours in the map", $"conv1.map[{at.Anchor},{k},{2 * p}:{2 * p + 2},{2 * q}:{2 * q + 2}]")
            + Shown("the largest, or 0", $"conv1.y[{at.Anchor},{k},{p},{q}]")
            + "<p>One kernel does both, and the map is never written. The second layer does the same over the"
            + $" {maps} maps of the first, four times {maps} x 9 products for each result:</p>"
            + Shown("its largest result for the anchor", $"conv2.y[{at.Anchor},{k2},{p2},{q2}]");
        Section("3. Pooling, and the second layer", html, "Conv2dReluMaxPool");
    }

    void Embedding()
    {
        int n = at.Anchor, j = at.Output;
        int[] weight = step["linear.weight"].Shape;
        string html = BookPage.Formulas([$"y_j = b_j + sum_(i=1)^{weight[1]} w_(j i) x_i", "e_j = (y_j)/(norm(y))"])
            + Shown($"output {j} of {weight[0]}", $"linear.y[{n},{j}]") + Shown("the length of the row", $"norm[{n}]")
            + Shown("one divided by the other: a coordinate on the sphere", $"embedding[{n},{j}]");
        Section("4. The embedding", html, "L2Normalize");
    }

    void Mining()
    {
        int a = at.Anchor, p = at.Positive, n = at.Negative, rows = step["losses"].Numbers.Length;
        int active = step["losses"].Numbers.Count(l => l > 0);
        string html = BookPage.Formulas(
            ["d(i, j) = sum_k (e_(i k) - e_(j k))^2", "loss = max(0, d(a, p) - d(a, n) + alpha)"])
            + Shown("anchor to positive", $"distance[{a},{p}]") + Shown("anchor to negative", $"distance[{a},{n}]")
            + $"<p>Semi-hard: of the negatives that are farther than the positive, the nearest. {Nearest()}</p>"
            + Shown($"row {at.Row} of the table of {rows} triplets", $"triplets[{at.Row}]")
            + Shown("the margin", "margin")
            + Shown("its loss", $"losses[{at.Row}]")
            + Shown($"the mean over all {rows}, of which {active} are above 0: the loss of the step", "loss");
        Section("5. Distances, and the triplets", html, "TripletLoss");
    }

    /// <summary>What the rule had to choose from.</summary>
    string Nearest()
    {
        float[] d = step["distance"].Numbers;
        int[] labels = batch.Labels;
        int others = labels.Count(label => label != labels[at.Anchor]);
        List<int> farther =
        [
            .. Enumerable.Range(0, StepBatch.Size).Where(i => labels[i] != labels[at.Anchor] && D(i) > D(at.Positive))
                .OrderBy(D),
        ];
        return string.Create(CultureInfo.InvariantCulture,
            $"{others - farther.Count} of the {others} are nearer and are passed over; then come images"
            + $" {string.Join(", ", farther.Take(4))}: the first of them is taken.");

        float D(int i) => d[at.Anchor * StepBatch.Size + i];
    }

    void Gradient()
    {
        (int k, int p, int q, _, _) = at.First;
        (int k2, int p2, int q2) = at.Second;
        int n = at.Anchor, j = at.Output;
        string html = BookPage.Formulas(
            [
                "(partial L)/(partial e_a) = (2)/(|T|) sum (e_n - e_p)",
                "(partial L)/(partial w_(k r s)) = sum_(n p q) dy_(n k p q) x_(n, h(p) + r, w(q) + s)",
            ])
            + "<p>Each triplet with a loss pulls its anchor from the negative to the positive; an image takes part in"
            + " many, as anchor, positive and negative, and their pulls add up. From there the gradient goes back layer"
            + " by layer.</p>"
            + Shown("at the anchor's embedding", $"d.embedding[{n},{j}]")
            + Shown("through the division by the length", $"d.linear.y[{n},{j}]")
            + Shown($"a weight of the dense layer, over all images", $"d.linear.weight[{j},{at.Feature}]")
            + Shown("at the second layer's result", $"d.conv2.y[{n},{k2},{p2},{q2}]")
            + Shown("at the first layer's", $"d.conv1.y[{n},{k},{p},{q}]")
            + Shown($"and at filter {k}: what {StepBatch.Size} images say together", $"d.conv1.weight[{k},0]");
        Section("6. The gradient", html, "TripletLoss");
    }

    void Update()
    {
        int k = at.First.Filter;
        string html = BookPage.Formulas(
            [
                "m = (1 - beta_1) g, v = (1 - beta_2) g^2",
                "w <- w - (eta)/(1 - beta_1) (m)/(sqrt(v/(1 - beta_2)) + epsilon)",
            ])
            + "<p>In Adam's first step its two averages are this gradient's alone, so that their quotient is the"
            + " gradient's sign: each weight moves by the learning rate.</p>"
            + Shown("the learning rate", "rate") + Shown("the average of gradients", $"mean.conv1.weight[{k},0,1,1]")
            + Shown("of their squares", $"squareMean.conv1.weight[{k},0,1,1]")
            + Shown("the filter's middle weight before", $"conv1.weight[{k},0,1,1]")
            + Shown("and after", $"after.conv1.weight[{k},0,1,1]");
        Section("7. The changed weight", html, "");
        body.Append($"<p>That was the first step of {Counted.Of(config.Train.Epochs, "epoch")}.</p>\n");
    }

    void Section(string title, string html, string operation)
    {
        string page = operation.Length == 0
            ? "<a href=\"kernels/OptimizerKernels.Update-AdamRule.html\">OptimizerKernels.Update</a>"
            : $"<a href=\"ops/{PageName.OfOperation(operation)}\">{operation}</a>";
        body.Append(BookPage.Section(title, $"{html}\n<p class=\"soft\">The code: {page}</p>"));
    }

    /// <summary>Numbers in words, as they are, and by the command that prints them.</summary>
    string Shown(string what, params string[] queries)
    {
        StringBuilder html = new($"<div class=\"shown\"><div>{BookPage.Escape(what)}</div>");
        foreach (string query in queries)
        {
            string numbers = ValueQuery.Read(step, query).TrimEnd('\n');
            html.Append("<div class=\"scroll\"><table class=\"numbers\">");
            foreach (string line in numbers.Split('\n'))
                html.Append("<tr><td>").AppendJoin("</td><td>", line.Split(' ')).Append("</td></tr>");
            html.Append($"</table></div><code class=\"command\">triplet kernels step \"{query}\"</code>");
        }
        return html.Append("</div>\n").ToString();
    }

    string Figure(string name, int image) =>
        $"<figure><img src=\"data:image/png;base64,{Png(image)}\" alt=\"a digit {batch.Labels[image]}\" width=\"84\""
        + $" height=\"84\"><figcaption>{name}, image {image}: {batch.Labels[image]}</figcaption></figure>";

    string Png(int image)
    {
        int pixels = StepBatch.Edge * StepBatch.Edge;
        return Convert.ToBase64String(
            PngEncoder.Encode(batch.Grey.Slice(image * pixels, pixels), StepBatch.Edge, StepBatch.Edge, channels: 1));
    }

    static string Double(double value) => value.ToString("G12", CultureInfo.InvariantCulture);
}
