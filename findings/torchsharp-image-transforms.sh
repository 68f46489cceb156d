#!/usr/bin/env bash
# TorchSharp 0.107.0, TorchVision 0.107.0 and LibTorch 2.10.0 (NuGet), CPU: image transforms that are others than named.
#
# Expected:  what torchvision of Python does under these names, for images of bytes as for floats.
# Happens:   adjust_hue returns the image, for every hue. Of bytes, adjust_contrast and adjust_saturation are
#            adjust_brightness, since the grey they blend with is a float from 0 to 1: by 0, both give black, where
#            floats give grey; rgb_to_grayscale of bytes gives such floats. gaussian_blur of a point (3 x 3) is four
#            points at the corners, a quarter each, and nothing where it was. Pad([1, 2]) pads the left by 1 and the
#            right by 2, where torchvision pads left and right by 1, top and bottom by 2. Resize(h, w) is nearest by
#            default, not bilinear.
# Matters:   augmentation trains on images without the variation asked for, or on black ones, and nothing fails; a
#            network trained in Python is given other pixels.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(torchsharp <<'PROGRAM'
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torchvision;
using F = TorchSharp.torchvision.transforms.functional;

Tensor orange = tensor((byte[])[200, 100, 50]).reshape(3, 1, 1), floats = orange.to_type(ScalarType.Float32) / 255;
foreach (double hue in (double[])[0.25, 0.5])
    Console.WriteLine($"adjust_hue {hue}: {Text.Of(F.adjust_hue(orange, hue))}, {Text.Of(F.adjust_hue(floats, hue))}");
Console.WriteLine($"adjust_saturation 0: {Text.Of(F.adjust_saturation(orange, 0))}, "
    + Text.Of(F.adjust_saturation(floats, 0)));
Console.WriteLine($"adjust_contrast 0: {Text.Of(F.adjust_contrast(orange, 0))}, "
    + Text.Of(F.adjust_contrast(floats, 0)));
Console.WriteLine($"adjust_contrast 0.5: {Text.Of(F.adjust_contrast(orange, 0.5))}");
Console.WriteLine($"adjust_brightness 0.5: {Text.Of(F.adjust_brightness(orange, 0.5))}");
Tensor grey = F.rgb_to_grayscale(orange);
Console.WriteLine($"rgb_to_grayscale: {Text.Of(grey)} {grey.dtype}");

Tensor point = zeros(1, 1, 5, 5);
point[0, 0, 2, 2] = 1;
Tensor blurred = F.gaussian_blur(point, [3, 3], [1, 1]);
foreach (long row in (long[])[0, 1, 2, 3, 4])
    Console.WriteLine($"gaussian_blur of a point, row {row}: {Text.Of(blurred[0, 0, row])}");

Tensor padded = transforms.Pad([1, 2]).call(zeros(1, 1, 5, 5));
Console.WriteLine($"Pad 1, 2 of 5 x 5: {padded.shape[2]} x {padded.shape[3]}");
Tensor ramp = arange(0, 60, 10, ScalarType.Float32).expand(1, 1, 1, 6);
Console.WriteLine($"Resize to 3: {Text.Of(transforms.Resize(1, 3).call(ramp))}");
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
adjust_hue 0.25: 200 100 50, 0.7843 0.3922 0.1961
adjust_hue 0.5: 200 100 50, 0.7843 0.3922 0.1961
adjust_saturation 0: 0 0 0, 0.487 0.487 0.487
adjust_contrast 0: 0 0 0, 0.487 0.487 0.487
adjust_contrast 0.5: 100 50 25
adjust_brightness 0.5: 100 50 25
rgb_to_grayscale: 0.487 Float32
gaussian_blur of a point, row 0: 0 0 0 0 0
gaussian_blur of a point, row 1: 0 0.25 0 0.25 0
gaussian_blur of a point, row 2: 0 0 0 0 0
gaussian_blur of a point, row 3: 0 0.25 0 0.25 0
gaussian_blur of a point, row 4: 0 0 0 0 0
Pad 1, 2 of 5 x 5: 5 x 8
Resize to 3: 0 20 40
STATED
