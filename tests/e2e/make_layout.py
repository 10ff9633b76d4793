#!/usr/bin/env python3
"""make_layout.py LAYOUT TAG < SPEC: adds an image to an OCI image layout, byte by byte.

Every tar member is written in the order of the spec, so that tests can say exactly what a layer
holds. One directive a line, words split as a shell does:

  layer [gzip|none|two-members]   begins a layer (two-members: two gzip members, as pigz writes)
  dir PATH                        a folder
  text PATH TEXT                  a file; TEXT may hold escapes such as \\n
  copy PATH FILE                  a file with the content of FILE
  bytes PATH COUNT                a file of COUNT pseudo-random bytes
  many FOLDER COUNT               COUNT small files
  symlink PATH TARGET
  hardlink PATH TARGET
  whiteout PATH                   PATH is gone
  opaque FOLDER                   what lower layers have in FOLDER is hidden
  architecture NAME               of the image; default amd64
  created TIME                    of the image
  raw-config TEXT                 this text instead of the configuration
  raw-manifest TEXT               this text instead of the manifest
  wrong-diff-id                   the configuration lies about the last layer
  index ARCHITECTURE...           an index whose entries are all this image (its platform differs)
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shlex
import sys
import tarfile

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layer:
    def __init__(self, packing):
        self.packing = packing
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, path, kind, content=b"", target=""):
        member = tarfile.TarInfo(path)
        member.type = kind
        member.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
        member.size = len(content)
        member.linkname = target
        self.tar.addfile(member, io.BytesIO(content))

    def finish(self):
        """(tar, blob, media type)"""
        self.tar.close()
        tar = self.buffer.getvalue()
        if self.packing == "none":
            return tar, tar, LAYER_TYPE
        if self.packing == "two-members":
            half = len(tar) // 2
            blob = gzip.compress(tar[:half], mtime=0) + gzip.compress(tar[half:], mtime=0)
        else:
            blob = gzip.compress(tar, mtime=0)
        return tar, blob, LAYER_TYPE + "+gzip"


class Image:
    def __init__(self, layout):
        self.layout = pathlib.Path(layout)
        self.layers = []
        self.settings = {"architecture": "amd64", "created": "2024-01-01T00:00:00Z"}
        self.raw = {}
        self.wrong_diff_id = False
        self.index = []

    def write_blob(self, data):
        folder = self.layout / "blobs" / "sha256"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / digest(data)[7:]).write_bytes(data)
        return {"digest": digest(data), "size": len(data)}

    def add_member(self, words):
        what, path = words[0], words[1] if len(words) > 1 else ""
        layer = self.layers[-1]
        head, _, name = path.rpartition("/")
        if what == "dir":
            layer.add(path, tarfile.DIRTYPE)
        elif what == "text":
            text = words[2] if len(words) > 2 else ""
            layer.add(path, tarfile.REGTYPE, text.encode().decode("unicode_escape").encode("latin-1"))
        elif what == "copy":
            layer.add(path, tarfile.REGTYPE, pathlib.Path(words[2]).read_bytes())
        elif what == "bytes":
            layer.add(path, tarfile.REGTYPE, random.Random(path).randbytes(int(words[2])))
        elif what == "many":
            for number in range(int(words[2])):
                layer.add(f"{path}/file-{number:06}", tarfile.REGTYPE, b"x")
        elif what == "symlink":
            layer.add(path, tarfile.SYMTYPE, target=words[2])
        elif what == "hardlink":
            layer.add(path, tarfile.LNKTYPE, target=words[2])
        elif what == "whiteout":
            layer.add(f"{head}/.wh.{name}" if head else f".wh.{name}", tarfile.REGTYPE)
        elif what == "opaque":
            layer.add(f"{path}/.wh..wh..opq" if path else ".wh..wh..opq", tarfile.REGTYPE)
        else:
            sys.exit(f"make_layout.py: unknown directive {what!r}")

    def read(self, spec):
        for line in spec:
            words = shlex.split(line, comments=True)
            if not words:
                continue
            what = words[0]
            if what == "layer":
                self.layers.append(Layer(words[1] if len(words) > 1 else "gzip"))
            elif what in ("architecture", "created"):
                self.settings[what] = words[1]
            elif what in ("raw-config", "raw-manifest"):
                self.raw[what] = words[1].encode()
            elif what == "wrong-diff-id":
                self.wrong_diff_id = True
            elif what == "index":
                self.index = words[1:]
            else:
                self.add_member(words)

    def config(self, diff_ids, architecture):
        if self.wrong_diff_id:
            diff_ids = diff_ids[:-1] + [digest(b"something else")]
        document = {
            **self.settings,
            "architecture": architecture,
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [{"created_by": f"layer {i}"} for i in range(len(diff_ids))],
        }
        return self.raw.get("raw-config", json.dumps(document).encode())

    def manifest(self, layers, diff_ids, architecture):
        config = self.write_blob(self.config(diff_ids, architecture))
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, **config},
            "layers": layers,
        }
        data = self.raw.get("raw-manifest", json.dumps(document).encode())
        return {"mediaType": MANIFEST_TYPE, **self.write_blob(data)}

    def write(self, tag):
        layers, diff_ids = [], []
        for layer in self.layers:
            tar, blob, media_type = layer.finish()
            layers.append({"mediaType": media_type, **self.write_blob(blob)})
            diff_ids.append(digest(tar))
        if self.index:
            entries = [
                {**self.manifest(layers, diff_ids, arch), "platform": {"os": "linux", "architecture": arch}}
                for arch in self.index
            ]
            document = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries}
            entry = {"mediaType": INDEX_TYPE, **self.write_blob(json.dumps(document).encode())}
        else:
            entry = self.manifest(layers, diff_ids, self.settings["architecture"])
        self.name(tag, entry)

    def name(self, tag, entry):
        (self.layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        path = self.layout / "index.json"
        index = {"schemaVersion": 2, "manifests": []}
        if path.exists():
            index = json.loads(path.read_text())
        index["manifests"].append({**entry, "annotations": {"org.opencontainers.image.ref.name": tag}})
        path.write_text(json.dumps(index))


def main():
    os.umask(0o022)
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    image = Image(sys.argv[1])
    image.read(sys.stdin)
    image.write(sys.argv[2])


if __name__ == "__main__":
    main()
