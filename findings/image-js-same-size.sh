#!/usr/bin/env bash
# image-js 1.7.0 (npm): an image resized to its own size is another image.
#
# Expected:  a resize to the size that the image has gives the image, bit by bit, as every library's does; one to twice
#            the size leaves each pixel's centre where it was.
# Happens:   bilinear, the default, and bicubic take each pixel half a pixel of the new image to the left of and above its
#            place: one point of 200 becomes four of 50, and an edge enlarged is not its mirror image enlarged. Nearest
#            is right.
# Matters:   a pipeline that "resizes to 224" blurs and shifts the images that have 224 already, as data sets that were
#            resized once do; an embedding computed after it differs from one computed before it, or by another library.
cd "$(dirname "$0")" && source ./fetch.bash
packages image-js@1.7.0
output=$(javascript <<'PROGRAM'
import("image-js").then(({ Image }) => {
    const grey = set => {
        const image = new Image(4, 4, { colorModel: "GREY" });
        for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) image.setPixel(x, y, [set(x, y)]);
        return image;
    };
    const row = (image, y) => Array.from({ length: image.width }, (_, x) => image.getPixel(x, y)[0]).join(" ");
    const rows = image => [0, 1, 2, 3].map(y => row(image, y)).join(" / ");
    const point = grey((x, y) => x == 2 && y == 2 ? 200 : 0);
    console.log("image", rows(point));
    for (const interpolationType of [undefined, "nearest", "bilinear", "bicubic"])
        console.log(interpolationType ?? "default", rows(point.resize({ width: 4, height: 4, interpolationType })));
    const edge = grey(x => x < 2 ? 0 : 200);
    const mirrored = grey(x => x < 2 ? 200 : 0);
    console.log("edge in 8", row(edge.resize({ width: 8, height: 8 }), 4));
    console.log("mirrored ", row(mirrored.resize({ width: 8, height: 8 }), 4));
});
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
image 0 0 0 0 / 0 0 0 0 / 0 0 200 0 / 0 0 0 0
default 0 0 0 0 / 0 0 0 0 / 0 0 50 50 / 0 0 50 50
nearest 0 0 0 0 / 0 0 0 0 / 0 0 200 0 / 0 0 0 0
bilinear 0 0 0 0 / 0 0 0 0 / 0 0 50 50 / 0 0 50 50
bicubic 0 0 0 0 / 0 1 0 0 / 0 0 63 63 / 0 0 63 63
edge in 8 0 0 0 0 100 200 200 200
mirrored  200 200 200 200 100 0 0 0
STATED
