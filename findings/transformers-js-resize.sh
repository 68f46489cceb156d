#!/usr/bin/env bash
# @huggingface/transformers 4.3.1 with sharp 0.35.5 (npm), in Node: image processors darken the border of what they
# enlarge, and take single points where they shrink.
#
# Expected:  an image of one colour stays one at any size. Bilinear and bicubic are Pillow's, as in the Python library
#            whose preprocessor_config.json they read: shrinking takes means.
# Happens:   RawImage.resize, and with it every image processor, takes 4 x 4 pixels of 200 to 8 x 8 with a last row
#            and column of 100, and 50 in the corner; to 6 x 6 with 133. Bicubic has stripes of 213 and 226 as well.
#            Shrinking takes points, the left one of each pair: stripes of 0 and 255 come out black, and an image
#            mirrored, shrunk and mirrored back is another. Lanczos (resample 1) is right.
# Matters:   embeddings of photographs computed in Node (CLIP is bicubic, ViT bilinear) are those of other pixels than
#            in Python or in a browser, where a canvas does it; the sizes are right, and photographs look right.
cd "$(dirname "$0")" && source ./fetch.bash
export npm_config_ignore_scripts=true
packages @huggingface/transformers@4.3.1 sharp@0.35.5
output=$(javascript <<'PROGRAM'
const { RawImage, ViTImageProcessor } = require('@huggingface/transformers');
const grey = (values, width) => new RawImage(Uint8ClampedArray.from(values.flatMap(v => [v, v, v])), width,
  values.length / width, 3);
const reds = image => Array.from({ length: image.width * image.height }, (_, i) => image.data[i * image.channels]);
(async () => {
  for (const resample of [1, 2, 3])
    for (const size of [8, 6]) {
      const image = await grey(Array(16).fill(200), 4).resize(size, size, { resample });
      console.log(`resample ${resample}, 200 to ${size} x ${size}: first row`, ...reds(image).slice(0, size), 'last',
        ...reds(image).slice(-size));
    }
  const ramp = [0, 30, 60, 90, 120, 150, 180, 210], stripes = Array.from({ length: 64 }, (_, x) => x % 2 * 255);
  for (const resample of [1, 2])
    console.log(`resample ${resample}, a ramp to 4:`, ...reds(await grey(ramp, 8).resize(4, 1, { resample })),
      'mirrored', ...reds(await grey([...ramp].reverse(), 8).resize(4, 1, { resample })).reverse(), 'stripes to 16:',
      ...new Set(reds(await grey(stripes, 64).resize(16, 1, { resample }))));
  const processor = new ViTImageProcessor({ do_resize: true, size: { height: 8, width: 8 }, resample: 2,
    do_rescale: true, rescale_factor: 1 / 255, do_normalize: false });
  const { pixel_values } = await processor(grey(Array(16).fill(255), 4));
  console.log('ViTImageProcessor, white: last row', ...Array.from(pixel_values.data.slice(56, 64), v => +v.toFixed(2)));
})();
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
resample 1, 200 to 8 x 8: first row 200 200 200 200 200 200 200 200 last 200 200 200 200 200 200 200 200
resample 1, 200 to 6 x 6: first row 200 200 200 200 200 200 last 200 200 200 200 200 200
resample 2, 200 to 8 x 8: first row 200 200 200 200 200 200 200 100 last 100 100 100 100 100 100 100 50
resample 2, 200 to 6 x 6: first row 200 200 200 200 200 133 last 133 133 133 133 133 89
resample 3, 200 to 8 x 8: first row 200 213 200 200 200 213 200 100 last 100 107 100 100 100 107 100 50
resample 3, 200 to 6 x 6: first row 200 207 200 200 215 142 last 142 147 142 142 153 101
resample 1, a ramp to 4: 14 75 135 196 mirrored 14 75 135 196 stripes to 16: 128
resample 2, a ramp to 4: 0 60 120 180 mirrored 30 90 150 210 stripes to 16: 0
ViTImageProcessor, white: last row 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.25
STATED
