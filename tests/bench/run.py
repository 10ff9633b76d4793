#!/usr/bin/env python3
"""Whole-image benches: the program and its references, children of one driver, in one run.

  run.py --build DIR --corpus DIR [--images fat:1,node:1] [--rounds 7] [--seed N] [--write]
         [--any-noise]

Protocol. Every round runs every contender once, in an order shuffled with a recorded seed, after
one unmeasured pass that warms the page cache. What is compared is the median of per-round ratios,
with minimum and maximum. A row during which other processes used more than 15 % of a processor is
dropped, and further rounds (at most as many again) replace it; with fewer than 5 ratios left a
comparison is reported as invalid. Before anything is timed, the program's package list must be
the one that dpkg-query prints for that image (tests/e2e/corpus.sh), and no timed run may differ.

--write stores the results in tests/bench/results/whole-images.json and docs/benchmarks.md.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
OTHERS_LIMIT = 0.15
LEAST_RATIOS = 5
GATES = {
    "base:1": "debs_of_base",
    "python:1": "debs_of_python",
    "node:1": "debs_of_node",
    "java:1": "debs_of_java",
    "fat:1": "debs_of_fat",
    "fat:zstd": "debs_of_fat_zstd",
    "distroless:1": "debs_of_distroless",
    "rpm:sqlite": "rpms",
}


@dataclasses.dataclass
class Row:
    contender: str
    wall: float  # seconds
    cpu: float  # seconds of the contender
    server_cpu: float  # seconds of the registry
    others: float  # processors used by anything else, 1.0 is one of them
    steal: float  # processors the hypervisor kept for itself
    rss: int  # peak resident bytes; never less than the driver's own, some 20 MB
    fetched: int | None = None  # bytes of layers, as the program reports them
    round: int = 0

    @property
    def quiet(self):
        return self.others <= OTHERS_LIMIT


def busy_and_steal():
    """CPU seconds of the whole machine since boot: used by processes, and stolen."""
    fields = [int(x) for x in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (fields[0] + fields[1] + fields[2]) / TICKS, fields[7] / TICKS


def process_cpu(pid):
    after_name = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


class Bench:
    def __init__(self, arguments, folder):
        self.corpus = pathlib.Path(arguments.corpus).resolve()
        self.build = pathlib.Path(arguments.build).resolve()
        self.folder = pathlib.Path(folder)
        self.tallyman = self.build / "tallyman"
        self.harness = self.build / "tests" / "bench" / "bench_harness"
        self.host = f"127.0.0.1:{os.environ.get('CORPUS_PORT', '5443')}"
        self.ca = self.corpus / "certs" / "ca.crt"
        self.password = (self.corpus / "auth" / "password").read_text().strip()
        self.server = int((self.corpus / "registry-tls.pid").read_text())
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TALLYMAN_DATA_DIR": f"{folder}/data",
            "TALLYMAN_CACHE_DIR": f"{folder}/cache",
            "HARNESS_PASSWORD": self.password,
            "SOURCE_DATE_EPOCH": "1700000000",
        }

    def prepare(self):
        """The registry's record, and vulnerability data to match against."""
        self.quietly([self.tallyman, "registry", "add", self.host, "--username", "bench", "--ca-file", self.ca],
                     {"TALLYMAN_REGISTRY_PASSWORD": self.password})
        self.quietly([self.tallyman, "feed", "import", self.feed()])

    def feed(self):
        shared = pathlib.Path(os.environ.get("TALLYMAN_SHARED", ROOT.parent / "shared"))
        full = shared / "data" / "feeds" / "Debian"
        return full if full.exists() else ROOT / "testdata" / "demo" / "feed"

    def quietly(self, command, extra=None):
        done = subprocess.run([str(x) for x in command], env={**self.environment, **(extra or {})},
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"run.py: {command[0]} failed:\n{done.stderr}")

    def gate(self, image):
        case = GATES.get(image)
        if case is None:
            sys.exit(f"run.py: no correctness gate for {image}")
        done = subprocess.run(
            ["bash", str(ROOT / "tests" / "e2e" / "corpus.sh")], capture_output=True, text=True, check=False,
            env={**self.environment, "TALLYMAN": str(self.tallyman), "TALLYMAN_CORPUS": str(self.corpus),
                 "CASES": f"case_{case}", "CI": "true"})
        if done.returncode != 0:
            sys.exit(f"run.py: {image}: the package list is wrong, so no time counts\n{done.stdout}{done.stderr}")

    def layers(self, image):
        lines = (self.corpus / "refs.tsv").read_text().splitlines()
        refs = {name: digest for name, _, digest, _ in (line.split("\t") for line in lines)}
        blobs = self.corpus / "oci" / "blobs" / "sha256"
        manifest = json.loads((blobs / refs[f"corpus/{image}"][7:]).read_text())
        return [blobs / layer["digest"][7:] for layer in manifest["layers"]]

    def contenders(self, image):
        """{name: command}; the first is ours, the others are what it is compared with."""
        name, tag = image.split(":")
        url, report = f"https://{self.host}", self.folder / "report.json"
        harness = [self.harness, url, f"corpus/{name}", tag, self.ca, "bench", "2"]
        scan = [self.tallyman, "scan", "-q", f"{self.host}/corpus/{image}", "-o", f"json={report}"]
        blobs = " ".join(str(path) for path in self.layers(image))
        trust, auth = self.corpus / "certs", self.corpus / "auth" / "auth.json"
        copy = (f"rm -rf {self.folder}/copy && exec skopeo --insecure-policy copy -q --src-cert-dir {trust} "
                f"--authfile {auth} docker://{self.host}/corpus/{image} dir:{self.folder}/copy")
        commands = {"tallyman": scan + ["--no-cache"], "skopeo": ["sh", "-c", copy]}
        if tag != "zstd":
            commands["harness"] = harness
            commands["harness, packed digest only"] = harness + ["--no-diff-id"]
            if shutil.which("igzip"):
                commands["igzip -dc, local layers"] = ["sh", "-c", f"for f in {blobs}; do igzip -dc <$f; done >/dev/null"]
        commands["tallyman, cached"] = scan
        return {name: [str(x) for x in command] for name, command in commands.items()}

    def measure(self, name, command):
        machine, server, start = busy_and_steal(), process_cpu(self.server), time.monotonic()
        with open(self.folder / "stderr", "wb") as errors:
            child = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        after, served = busy_and_steal(), process_cpu(self.server) - server
        if child.returncode != 0:
            sys.exit(f"run.py: {name} failed:\n{(self.folder / 'stderr').read_text()}")
        cpu = usage.ru_utime + usage.ru_stime
        others = max(0.0, after[0] - machine[0] - cpu - served) / wall
        return Row(name, wall, cpu, served, others, (after[1] - machine[1]) / wall, usage.ru_maxrss * 1024)

    def packages_digest(self):
        report = json.loads((self.folder / "report.json").read_text())
        return hashlib.sha256(json.dumps(report["packages"]).encode()).hexdigest(), report

    def run(self, image, rounds, shuffle):
        """All rows, dropped ones included, and what the program said about the image."""
        self.gate(image)
        commands = self.contenders(image)
        for name, command in commands.items():
            self.measure(name, command)  # unmeasured: warms caches, fills the facts cache
        wanted, report = self.packages_digest()
        rows, number = [], 0
        while number < 2 * rounds and (number < rounds or not self.enough(rows, commands, rounds)):
            order = list(commands)
            shuffle.shuffle(order)
            for name in order:
                row = self.measure(name, commands[name])
                row.round = number
                rows.append(row)
                if name.startswith("tallyman"):
                    digest, report = self.packages_digest()
                    row.fetched = report["summary"]["bytes_read"]
                    if digest != wanted:
                        sys.exit(f"run.py: {image}: one run gave another package list than the others")
            number += 1
            print(f"{image}: round {number}: {sum(r.quiet for r in rows)} of {len(rows)} rows are quiet", file=sys.stderr)
        return rows, report

    def enough(self, rows, commands, rounds):
        return all(sum(r.quiet for r in rows if r.contender == name) >= rounds for name in commands)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "count": len(values)}


def compare(rows, field, ours, theirs):
    """Per-round ratios of two contenders, of the rounds in which both had quiet rows."""
    quiet = {(r.contender, r.round): getattr(r, field) for r in rows if r.quiet}
    ratios = [quiet[ours, n] / quiet[theirs, n] for (name, n) in quiet if name == ours and (theirs, n) in quiet]
    if len(ratios) < LEAST_RATIOS:
        return {"invalid": f"{len(ratios)} quiet rounds, {LEAST_RATIOS} are needed"}
    return spread(ratios)


def summarise(rows, report):
    contenders = {}
    for name in dict.fromkeys(r.contender for r in rows):
        quiet = [r for r in rows if r.contender == name and r.quiet]
        contenders[name] = {"rows": sum(r.contender == name for r in rows), "quiet": len(quiet)}
        if quiet:
            for field in ("wall", "cpu", "server_cpu", "rss"):
                contenders[name][field] = spread([getattr(r, field) for r in quiet])
    ratios = {
        theirs: {field: compare(rows, field, "tallyman", theirs) for field in ("wall", "cpu")}
        for theirs in contenders if theirs != "tallyman"
    }
    layers = report["image"]["layers"]
    return {
        "layers": len(layers),
        "compressed": sum(layer["compressed_size"] for layer in layers),
        "uncompressed": sum(layer["size"] for layer in layers),
        "packages": len(report["packages"]),
        "contenders": contenders,
        "tallyman divided by": ratios,
    }


def invalid(result):
    return any("invalid" in ratio for ratios in result["tallyman divided by"].values() for ratio in ratios.values())


def show(value, form="{:.2f}"):
    if "invalid" in value:
        return f"invalid ({value['invalid']})"
    return f"{form} [{form}–{form}]".format(value["median"], value["min"], value["max"])


def render(results):
    machine = results["machine"]
    lines = [
        f"{machine['processor']}, {machine['processors']} processors, {results['date']}, seed {results['seed']}.",
        "Cold scans (`--no-cache`) from a registry on loopback with TLS, registry on the same machine;",
        "medians of quiet rows with minimum and maximum. How: `tests/bench/run.py`; all numbers:",
        "`tests/bench/results/whole-images.json`.",
    ]
    for image, result in results["images"].items():
        lines += ["", f"**{image}**: {result['layers']} layers, {result['compressed'] / 1e6:.0f} MB packed, "
                  f"{result['uncompressed'] / 1e6:.0f} MB of tar, {result['packages']} packages.", "",
                  "| | wall s | CPU s | registry's CPU s | peak MiB | tallyman's wall / this | tallyman's CPU / this |",
                  "|---|---|---|---|---|---|---|"]
        for name, numbers in result["contenders"].items():
            if "wall" not in numbers:
                lines.append(f"| {name} | no quiet row | | | | | |")
                continue
            ratio = result["tallyman divided by"].get(name)
            lines.append(
                f"| {name} | {show(numbers['wall'])} | {numbers['cpu']['median']:.2f} | "
                f"{numbers['server_cpu']['median']:.2f} | {numbers['rss']['max'] / 2**20:.0f} | "
                + (f"{show(ratio['wall'])} | {show(ratio['cpu'])} |" if ratio else "| |"))
    return "\n".join(lines)


def write(results):
    target = ROOT / "tests" / "bench" / "results" / "whole-images.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n")
    page = ROOT / "docs" / "benchmarks.md"
    text = page.read_text() if page.exists() else "# Benchmarks\n"
    section = f"<!-- whole-images:begin -->\n{render(results)}\n<!-- whole-images:end -->"
    pattern = re.compile(r"<!-- whole-images:begin -->.*<!-- whole-images:end -->", re.S)
    if pattern.search(text):
        text = pattern.sub(lambda _: section, text)
    else:
        text = text.rstrip() + f"\n\n## Whole images\n\n{section}\n"
    page.write_text(text)


def processor():
    found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else os.uname().machine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--images", default="fat:1,node:1")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--any-noise", action="store_true", help="count every row; never written")
    arguments = parser.parse_args()
    results = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "seed": arguments.seed,
        "rounds": arguments.rounds,
        "machine": {"processor": processor(), "processors": os.cpu_count()},
        "images": {},
    }
    if arguments.any_noise:
        global OTHERS_LIMIT
        OTHERS_LIMIT = float("inf")
    shuffle = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        bench = Bench(arguments, folder)
        bench.prepare()
        for image in arguments.images.split(","):
            rows, report = bench.run(image, arguments.rounds, shuffle)
            results["images"][image] = summarise(rows, report)
            results["images"][image]["rows"] = [dataclasses.asdict(row) for row in rows]
    print(render(results))
    broken = [image for image, result in results["images"].items() if invalid(result)]
    if broken:
        print(f"INVALID: the machine was not quiet enough for {', '.join(broken)}", file=sys.stderr)
        return 1
    if arguments.write and not arguments.any_noise:
        write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
