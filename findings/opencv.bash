# Sourced after fetch.bash by the scripts about OpenCV: its dnn module, of two versions, on models of one operator.
mkdir -p "$work/models"
export MODELS=$work/models OPENCV_LOG_LEVEL=SILENT

# models <PROGRAM: writes models to $MODELS with dnn.py's save.
models() {
    debian python3-onnx=1.12.0-2+b4
    PYTHONPATH=$PYTHONPATH:$PWD /usr/bin/python3 - 2>"$work/err" || cannot "$(tail -n 1 "$work/err")"
}

# debian_opencv <PROGRAM: a program for OpenCV 4.6.0 of Debian 12; without one, the models.
debian_opencv() {
    root=$work/opencv
    debian python3-onnx=1.12.0-2+b4 python3-opencv=4.6.0+dfsg-12
    PYTHONPATH=$PYTHONPATH:$PWD /usr/bin/python3 - 2>"$work/err" || cannot "$(tail -n 1 "$work/err")"
    unset LD_LIBRARY_PATH PYTHONPATH
}

# opencvsharp <PROGRAM: as csharp, with OpenCV 4.13.0.
opencvsharp() {
    unset LD_LIBRARY_PATH PYTHONPATH
    csharp OpenCvSharp4/4.13.0.20260627 OpenCvSharp4.official.runtime.linux-x64/4.13.0.20260627
}

# dnn46, dnn413: what OpenCV 4.6.0 and 4.13.0 make of the models.
dnn46() { debian_opencv <<<'from dnn import run; run()'; }
dnn413() {
    opencvsharp <<'PROGRAM'
using System.Globalization;
using System.Runtime.InteropServices;
using OpenCvSharp;
using OpenCvSharp.Dnn;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = Environment.GetEnvironmentVariable("MODELS")!;
var paths = Directory.GetFiles(folder, "*.onnx").OrderBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal);
foreach (string path in paths)
{
    string[] input = File.ReadAllLines(Path.ChangeExtension(path, ".txt"));
    int[] extents = [.. input[0].Split(' ').Select(int.Parse)];
    float[] x = [.. input[1].Split(' ').Select(float.Parse)];
    using Net net = CvDnn.ReadNetFromOnnx(path)!;
    using Mat given = Mat.FromPixelData(extents, MatType.CV_32F, x);
    net.SetInput(given);
    using Mat made = net.Forward();
    float[] y = new float[made.Total()];
    Marshal.Copy(made.Data, y, 0, y.Length);
    Console.WriteLine($"{Cv2.GetVersionString()} {Path.GetFileNameWithoutExtension(path)}: "
        + $"({string.Join(", ", Enumerable.Range(0, made.Dims).Select(made.Size))})"
        + string.Join("", y.Select(value => $" {value:g4}")));
}
PROGRAM
}
