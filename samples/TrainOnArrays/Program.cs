// Trains an embedding on arrays: noisy 28 x 28 stripes, ten slopes are ten classes. Draw is yours to replace.
using TripletGpu;
using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Optimizers;

const int Classes = 10, PerClass = 8, Side = 28, Width = 32, Count = Classes * PerClass;
int[] labels = [.. Enumerable.Range(0, Count).Select(i => i % Classes)];
Shape batch = new(Count, 1, Side, Side);
Random random = new(1);
using Device device = new("cpu", new CpuBackend());
SmallCnn network = new(device, new Shape(1, Side, Side), Width);
network.Initialize(seed: 1);
Adam optimizer = new(network.Parameters());
for (int number = 1; number <= 60; number++)
{
    using Step step = device.BeginStep();
    Tensor embeddings = network.Forward(device.Tensor(batch, Draw()));
    Tensor loss = embeddings.TripletLoss(labels, new TripletSettings { Margin = 0.2f });
    step.Backward(loss);
    optimizer.Update(step.Gradients, learningRate: 2e-3f);
    if (number % 20 == 0) Console.WriteLine($"step {number}: loss {loss.ToScalar():0.000}");
}
Weights.Write("network.safetensors", network);
network.Train(false);
using Step last = device.BeginStep(record: false);
EmbeddingSet fresh = new("new pictures", network.Forward(device.Tensor(batch, Draw())).ToArray(), Width, labels);
double precision = NearestNeighbourProtocol.Evaluate(device, fresh, references: null).PrecisionAt1;
Console.WriteLine($"precision at 1 of {fresh.Name}: {precision:0.000}");

float[] Draw() => [.. from label in labels
                      let slope = Math.SinCos(label * Math.PI / Classes)
                      from pixel in Enumerable.Range(0, Side * Side)
                      let along = pixel / Side * slope.Cos + pixel % Side * slope.Sin
                      select (float)(0.5 + Math.Sin(along) / 2 + 0.3 * random.NextDouble())];
