#!/usr/bin/env bash
# Makes a folder to carry to a machine that has a card but neither .NET nor a network: the program and the tests that
# matter as one self-contained linux-x64 build, MNIST, the PyTorch peer and run.sh (under 60 MB):
#   bench/gpu/bundle.sh [FOLDER, default bench/gpu/bundle]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case ${1:-} in "") out=$here/bundle ;; /*) out=$1 ;; *) out=$PWD/$1 ;; esac
cd "$here/../.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bundle/cache" "$work/bundle/lib" "$out"
# Its own lock files: a runtime identifier does not belong in those of the repository. Not compiled ahead: smaller.
for project in bench/gpu/Tests src/Runner; do
    dotnet publish "$project" -c Release -r linux-x64 --self-contained -v quiet -nologo -o "$work/bundle/program" \
        -p:NuGetLockFilePath=obj/bundle.lock.json -p:GenerateDocumentationFile=false -p:PublishReadyToRun=false
done
rm -f "$work"/bundle/program/*.pdb "$work"/bundle/program/*.xml "$work"/bundle/program/libmscor*.so
./triplet data mnist >/dev/null
data=${TRIPLETGPU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tripletgpu}
mkdir -p "$work/bundle/cache/tripletgpu" && cp -r "$data/mnist" "$work/bundle/cache/tripletgpu/"
loader=$(ldconfig -p | sed -n 's/.*libOpenCL\.so\.1 .* => //p' | head -n 1)
[ -z "$loader" ] || cp -L "$loader" "$work/bundle/lib/libOpenCL.so.1"
cp "$here/torch_peer.py" "$work/bundle/"
# gzip, which every machine has.
tar -C "$work" -cf - bundle | gzip -9 >"$out/triplet.tar.gz"
cp "$here/run.sh" "$out/"
du -h "$out/triplet.tar.gz"
