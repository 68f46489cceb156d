#!/usr/bin/env bash
# upng-js 2.1.0 (npm): a grey PNG of 1, 2 or 4 bits is sheared, unless its width fills whole bytes.
#
# Expected:  each row of a PNG starts with a new byte; toRGBA8 gives the picture at every width and depth.
# Happens:   in grey images of less than 8 bits rows are read one behind the other, with the filling bits of each as
#            pixels. A vertical line becomes a slanted one at a width of 9. Widths of whole bytes are right, and so is
#            every width with a palette.
# Matters:   scanned pages, masks and drawings are stored so: a mask's rows slide away from the photograph's, by up to
#            seven pixels a row.
cd "$(dirname "$0")" && source ./fetch.bash
packages upng-js@2.1.0
output=$(javascript <<'PROGRAM'
const UPNG = require('upng-js'), zlib = require('zlib');
function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(zlib.crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
// An image of 4 rows whose first pixel is white.
function stripe(width, depth, colour) {
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, 4, depth, colour, 0, 0, 0]);
  const row = Buffer.alloc(1 + Math.ceil(width * depth / 8));
  row[1] = (1 << depth) - 1 << 8 - depth;
  const palette = Buffer.alloc(3 << depth);
  palette.fill(255, 3 * ((1 << depth) - 1));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header),
    ...(colour === 3 ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', zlib.deflateSync(Buffer.concat(Array(4).fill(row)))), chunk('IEND', Buffer.alloc(0))]);
}
for (const [name, colour] of [['grey', 0], ['palette', 3]])
  for (const [depth, width] of [[1, 8], [1, 9], [2, 8], [2, 9], [4, 8], [4, 9]]) {
    const bytes = new Uint8Array(stripe(width, depth, colour));
    const pixels = new Uint8Array(UPNG.toRGBA8(UPNG.decode(bytes.buffer))[0]);
    const white = Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: width }, (_, x) => x).filter(x => pixels[4 * (y * width + x)] === 255).join(' ') || 'none');
    console.log(`${name} of ${depth} bits, width ${width}: white in each row: ${white.join(', ')}`);
  }
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
grey of 1 bits, width 8: white in each row: 0, 0, 0, 0
grey of 1 bits, width 9: white in each row: 0, 7, none, 5
grey of 2 bits, width 8: white in each row: 0, 0, 0, 0
grey of 2 bits, width 9: white in each row: 0, 3, 6, none
grey of 4 bits, width 8: white in each row: 0, 0, 0, 0
grey of 4 bits, width 9: white in each row: 0, 1, 2, 3
palette of 1 bits, width 8: white in each row: 0, 0, 0, 0
palette of 1 bits, width 9: white in each row: 0, 0, 0, 0
palette of 2 bits, width 8: white in each row: 0, 0, 0, 0
palette of 2 bits, width 9: white in each row: 0, 0, 0, 0
palette of 4 bits, width 8: white in each row: 0, 0, 0, 0
palette of 4 bits, width 9: white in each row: 0, 0, 0, 0
STATED
