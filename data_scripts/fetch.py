#!/usr/bin/env python3
"""Fetches public checkpoints and data sets that visrob reads as they are. Python 3 standard library only.

    data_scripts/fetch.py                      lists what there is
    data_scripts/fetch.py resnet50 cifar10     fetches into data/ (or --to FOLDER)

A file is written beside its name and renamed when it is whole; one that is there already is checked and kept. An
interrupted download goes on where it stopped. Checksums: torchvision's file names carry the first eight hexadecimal
digits of the file's SHA-256; CIFAR's page gives MD5. Where a publisher gives none, none is checked, and it is said.
"""
import argparse
import hashlib
import os
import sys
import tarfile
import urllib.parse
import urllib.request

TORCH = "https://download.pytorch.org/models/"
META = "https://dl.fbaipublicfiles.com/"
CIFAR = "https://www.cs.toronto.edu/~kriz/"
# name: (URL, checksum as "algorithm:prefix" or "", licence, what it is)
FILES = {
    "resnet18": (TORCH + "resnet18-f37072fd.pth", "sha256:f37072fd", "BSD-3", "torchvision ResNet-18, ImageNet, 45 MB"),
    "resnet50": (TORCH + "resnet50-0676ba61.pth", "sha256:0676ba61", "BSD-3", "torchvision ResNet-50, ImageNet, 98 MB"),
    "wide_resnet50_2": (TORCH + "wide_resnet50_2-95faca4d.pth", "sha256:95faca4d", "BSD-3", "torchvision, ImageNet, 132 MB"),
    "resnext50_32x4d": (TORCH + "resnext50_32x4d-7cdf4587.pth", "sha256:7cdf4587", "BSD-3", "torchvision, ImageNet, 96 MB"),
    "vit_b_16": (TORCH + "vit_b_16-c867db91.pth", "sha256:c867db91", "BSD-3", "torchvision ViT-B/16, ImageNet, 330 MB"),
    "resnet20_cifar10": (
        "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/resnet20-12fca82f.th",
        "sha256:12fca82f", "BSD-2", "ResNet-20, CIFAR-10, 1.1 MB"),
    "dino_vits16": (META + "dino/dino_deitsmall16_pretrain/dino_deitsmall16_pretrain.pth", "", "Apache-2.0", "DINO ViT-S/16, 83 MB"),
    "dino_resnet50": (META + "dino/dino_resnet50_pretrain/dino_resnet50_pretrain.pth", "", "Apache-2.0", "DINO ResNet-50, 94 MB"),
    "dinov2_vits14": (META + "dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth", "", "Apache-2.0", "DINOv2 ViT-S/14, 84 MB"),
    "mae_vit_base": (META + "mae/pretrain/mae_pretrain_vit_base.pth", "", "CC BY-NC 4.0", "MAE ViT-B/16 encoder, 330 MB"),
    "cifar10": (CIFAR + "cifar-10-binary.tar.gz", "md5:c32a1d4ab5d03f1284b67883e8d87530", "not stated", "CIFAR-10, binary, 162 MB"),
    "cifar100": (CIFAR + "cifar-100-binary.tar.gz", "md5:03b5dce01913d631647c71ecec9e9cb8", "not stated", "CIFAR-100, binary, 161 MB"),
}


def say(text):
    print(text, file=sys.stderr, flush=True)


def check(path, checksum):
    """None where the file is right, else what is wrong with it."""
    if not checksum:
        return None
    algorithm, prefix = checksum.split(":")
    digest = hashlib.new(algorithm)
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            digest.update(block)
    found = digest.hexdigest()
    return None if found.startswith(prefix) else f"{path}: its {algorithm} is {found[:len(prefix)]}..., not {prefix}"


def download(url, part):
    """Appends to `part` what of the URL is not there yet."""
    have = os.path.getsize(part) if os.path.exists(part) else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request) as response:
        resumed = have > 0 and response.status == 206
        done = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else 0
        with open(part, "ab" if resumed else "wb") as f:
            for block in iter(lambda: response.read(1 << 18), b""):
                f.write(block)
                done += len(block)
                if sys.stderr.isatty():
                    print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if total and done != total:
        raise OSError(f"{url}: {done} of {total} bytes came; run the same command again to go on")


def unpack(path, folder):
    """Unpacks an archive of plain files below `folder`."""
    with tarfile.open(path) as tar:
        for member in tar:
            target = os.path.normpath(os.path.join(folder, member.name))
            if not (member.isfile() or member.isdir()) or not target.startswith(os.path.normpath(folder) + os.sep):
                raise OSError(f"{path}: the member {member.name} is not a plain file below {folder}")
            tar.extract(member, folder, set_attrs=False)


def fetch(name, folder, mirror):
    url, checksum, licence, what = FILES[name]
    file = url.rsplit("/", 1)[1]
    if mirror:
        url = mirror.rstrip("/") + "/" + urllib.parse.quote(file)
    path = os.path.join(folder, file)
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(path):
        say(f"{name}: {what} (licence: {licence})")
        download(url, path + ".part")
        wrong = check(path + ".part", checksum)
        if wrong:
            os.remove(path + ".part")
            raise OSError(wrong + "; it is removed")
        os.rename(path + ".part", path)
    else:
        wrong = check(path, checksum)
        if wrong:
            raise OSError(wrong)
    if not checksum:
        say(f"{name}: its publisher gives no checksum, none was checked")
    if path.endswith(".tar.gz"):
        unpack(path, folder)
    print(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to fetch; none: list what there is")
    parser.add_argument("--to", default="data", metavar="FOLDER", help="where to (data)")
    parser.add_argument("--from", dest="mirror", metavar="URL", help="a mirror: the folder that holds the files, http(s):// or file://")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in FILES:
            parser.error(f"there is no '{name}'; there are: {', '.join(FILES)}")
    if not arguments.names:
        for name, (url, _, licence, what) in FILES.items():
            print(f"{name:18} {what} (licence: {licence})\n{'':18} {url}")
    try:
        for name in arguments.names:
            fetch(name, arguments.to, arguments.mirror)
    except OSError as error:
        sys.exit(f"fetch.py: {error}")


if __name__ == "__main__":
    main()
