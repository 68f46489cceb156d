#!/usr/bin/env bash
# jpeg-js 0.4.4 (npm): a JPEG that holds red, green and blue is taken for luminance and colour differences.
#
# Expected:  as libjpeg and every browser: three components are Y, Cb and Cr unless an Adobe marker says "no transform",
#            or the components are named R, G and B.
# Happens:   neither is looked at. Red, green, blue and a dark grey of an RGB JPEG come out as other colours, only a
#            grey of 128 stays; colorTransform: false, given by hand, is right.
# Matters:   scanners, microscopes and RGB exports write such files, to keep the colours; the package decodes for many
#            others. The picture is garish but its structure is right, so an embedding of it is just a bad one.
cd "$(dirname "$0")" && source ./fetch.bash
debian libjpeg-turbo-progs=1:2.1.5-2
packages jpeg-js@0.4.4
ppm() { printf 'P6 8 8 255\n'; for ((i = 0; i < 64; i++)); do printf "$1"; done; }
jpeg() { ppm "$2" | "$root/usr/bin/cjpeg" -quality 95 -rgb >"$work/$1.jpg" || cannot "cjpeg"; }
jpeg red '\xff\0\0'
jpeg green '\0\xff\0'
jpeg blue '\0\0\xff'
jpeg dark '\x20\x20\x20'
jpeg grey '\x80\x80\x80'
unset LD_LIBRARY_PATH
output=$(javascript <<'PROGRAM'
const jpeg = require('jpeg-js'), { readFileSync } = require('fs');
for (const name of ['red', 'green', 'blue', 'dark', 'grey']) {
  const colour = options => [...jpeg.decode(readFileSync(`${name}.jpg`), options).data.slice(0, 3)].join(' ');
  console.log(`${name}: ${colour()}, colorTransform false: ${colour({ colorTransform: false })}`);
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
red: 75 255 28, colorTransform false: 255 0 0
green: 0 47 225, colorTransform false: 0 255 0
blue: 178 0 0, colorTransform false: 0 0 255
dark: 0 133 0, colorTransform false: 32 32 32
grey: 128 128 128, colorTransform false: 128 128 128
STATED
