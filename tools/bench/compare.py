#!/usr/bin/env python3
"""Compares lamina with the libraries that people use for the same: one table, from interleaved rounds on one pinned core.

Each round runs every task by lamina and by each peer in turn, one thread each; a ratio is formed within a round, and the table
has the median of the rounds. `tools/dev bench` builds what this needs and calls it.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import cost
from tasks import TASKS

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHER_PRECISION = ("LiteRT int8",)  # shown, and no peer of float32


class Programs:
    """lamina's benchmarks."""

    def __init__(self, folder, seconds, repetitions):
        self.folder, self.seconds, self.repetitions = folder, seconds, repetitions

    def run(self, program, name, cores=None):
        """The benchmark's median over short repetitions, as of its peers: its counters, and `us`, microseconds an iteration."""
        command = [self.folder / program, f"--benchmark_filter=^{name}$", "--benchmark_format=json",
                   f"--benchmark_min_time={self.seconds / self.repetitions}", f"--benchmark_repetitions={self.repetitions}"]
        pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
        done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=pin)
        if not done.stdout.startswith("{"):
            raise SystemExit(f"tools/dev bench: {program} has no benchmark {name}")
        rows = json.loads(done.stdout)["benchmarks"]  # of one repetition there is no median
        rows = [row for row in rows if row.get("aggregate_name") == "median"] or rows
        return {**rows[0], "us": rows[0]["real_time"] * {"ns": 1e-3, "us": 1, "ms": 1e3}[rows[0]["time_unit"]]}


class Peer:
    """A library that answers tasks in a process of its own."""

    def __init__(self, python, name, folder):
        self.name = name
        self.process = subprocess.Popen([python, pathlib.Path(__file__).with_name("peers.py"), name, folder, "1"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.alive = bool(self.process.stdout.readline())
        if not self.alive:
            self.complain("does not take part")

    def complain(self, what):
        last = (self.process.stderr.read() or "").strip().splitlines()[-1:]
        print(f"tools/dev bench: {self.name} {what}: {''.join(last)}", file=sys.stderr)

    def run(self, task, seconds):
        if not self.alive:
            return {}
        self.process.stdin.write(json.dumps({**task, "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.alive = False
            self.complain("stopped")
            return {}
        return json.loads(answer)


def other_core(core, allowed):
    """One of the allowed cores that is no second thread of `core`, or None."""
    siblings = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text()
    ranges = [[int(end) for end in part.split("-")] for part in siblings.strip().split(",")]
    return next((c for c in sorted(allowed) if not any(r[0] <= c <= r[-1] for r in ranges)), None)


def measure(task, programs, peers, seconds, second_core):
    """One round of one task: {"lamina": …, peer: …, "limit": share of the machine's limit or None}, or None."""
    if task.get("threads") == 2:
        if second_core is None:
            return None
        found = programs.run(task["program"], task["name"], {min(os.sched_getaffinity(0)), second_core})
        alone = programs.run(task["program"], task["against"][1])
        return {"lamina": found["us"], task["against"][0]: alone["us"], "limit": None}
    found = programs.run(task["program"], task["name"])
    unit = task.get("unit", "us")
    result = {"lamina": found[unit] if unit in found else found["us"], "limit": None}
    if "against" in task:
        result[task["against"][0]] = programs.run(task["program"], task["against"][1])["us"]
    if "flop" in task:
        # The median of as many turns as the task's: the best of them would take whatever else the machine does for a part of it.
        peak = programs.run("bench.machine.limits", "limits/multiply_adds/float")
        result["limit"] = task["flop"] / found["us"] / (peak["flop"] / peak["us"])
    for peer in peers if "task" in task else ():
        result.update(peer.run(task["task"], seconds))
    if "per" in task:
        result = {name: value if name == "limit" or value is None else value / task["per"] for name, value in result.items()}
    return result


def summarize(task, rounds):
    """The medians over the rounds, and the ratio to the best peer within each."""
    names = [name for name in rounds[0] if name != "limit" and all(name in r for r in rounds)]
    row = {"task": task["title"], "unit": task.get("unit", "us"),
           "times": {name: statistics.median(r[name] for r in rounds) for name in names}}
    peers = [name for name in names if name != "lamina" and name not in OTHER_PRECISION]
    if peers:
        ratios = [min(r[name] for name in peers) / r["lamina"] for r in rounds]
        row |= {"best": min(peers, key=lambda name: row["times"][name]), "ratio": statistics.median(ratios),
                "least_ratio": min(ratios), "greatest_ratio": max(ratios)}
    if rounds[0]["limit"] is not None:
        row["limit"] = statistics.median(r["limit"] for r in rounds)
    return row


def figure(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def print_table(rows):
    print("\n| task | lamina | others | times the best of them | of the limit |\n|---|---|---|---|---|")
    for row in rows:
        unit = {"us": "µs"}.get(row["unit"], row["unit"])
        others = ", ".join(f"{name} {figure(value)}" for name, value in
                           sorted(row["times"].items(), key=lambda entry: entry[1]) if name != "lamina")
        ratio = f"{row['ratio']:.2f} ({row['least_ratio']:.2f} to {row['greatest_ratio']:.2f})" if "ratio" in row else ""
        limit = f"{100 * row['limit']:.0f} %" if "limit" in row else ""
        print(f"| {row['task']} | {figure(row['times']['lamina'])} {unit} | {others} | {ratio} | {limit} |")


def draw(rows, chart, folder):
    """A bar chart for each task of which the README shows one."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {task["title"]: task["picture"] for task in TASKS if "picture" in task}
    for row in rows:
        if row["task"] in pictures:
            bars = sorted(row["times"].items(), key=lambda entry: entry[1])
            unit = {"us": "µs"}.get(row["unit"], row["unit"])
            subprocess.run([chart, folder / pictures[row["task"]], row["task"], unit,
                            *[str(part) for bar in bars for part in bar]], check=True)


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True).stdout.strip()
    return {"cpu": cpu, "g++": compiler, "date": time.strftime("%Y-%m-%d")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tools/dev bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/bench/bench", help=argparse.SUPPRESS)
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT / "build/peers", help=argparse.SUPPRESS)
    parser.add_argument("--no-peers", action="store_true", help="lamina alone: nothing is downloaded")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=5, help="of lamina's benchmarks, of which the median counts")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each task, library and round")
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--core", type=int, help="the core to run on (the last)")
    parser.add_argument("--filter", default="", help="only tasks whose title contains this")
    parser.add_argument("--no-cost", action="store_true", help="without compile times, sizes and start-up")
    parser.add_argument("--json", type=pathlib.Path, help="writes all figures")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FOLDER", help="draws the README's bar charts")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds = 2, 0.05

    allowed = os.sched_getaffinity(0)
    core = max(allowed) if given.core is None else given.core
    second_core = other_core(core, allowed)
    os.sched_setaffinity(0, {core})
    chosen = [task for task in TASKS if given.filter.lower() in task["title"].lower()]

    programs, peers = Programs(given.programs, given.seconds, given.repetitions), []
    if not given.no_peers:
        python, files = given.peers / "bin/python", given.peers / "models"
        subprocess.run([python, "-c", f"import models; models.prepare({str(files)!r})"], check=True, stderr=subprocess.DEVNULL,
                       cwd=pathlib.Path(__file__).parent)
        for kind in ("lite", "data"):  # programs that write files for their peers
            if program := next((task["program"] for task in chosen if task.get("task", {}).get("kind") == kind), None):
                (files / kind).mkdir(exist_ok=True)
                subprocess.run([programs.folder / program, "--benchmark_list_tests"], check=True, stdout=subprocess.DEVNULL,
                               env={**os.environ, f"LAMINA_{kind.upper()}_FILES": str(files / kind)})
        for name in ("litert", "onnxruntime", "tensorflow", "torch"):
            peers.append(Peer("python3" if name == "torch" else python, name, files))
    rounds = {task["title"]: [] for task in chosen}
    for number in range(given.rounds):
        for task in chosen:
            print(f"\rround {number + 1} of {given.rounds}: {task['title']:60}", end="", file=sys.stderr, flush=True)
            if (found := measure(task, programs, peers, given.seconds, second_core)) is not None:
                rounds[task["title"]].append(found)
    print(file=sys.stderr)

    rows = [summarize(task, rounds[task["title"]]) for task in chosen if rounds[task["title"]]]
    result = {"machine": machine(), "core": core, "rounds": given.rounds, "tasks": rows}
    print(f"{result['machine']['cpu']}, g++ {result['machine']['g++']}, {result['machine']['date']}, one thread on core {core}")
    print_table(rows)
    if any(task.get("threads") == 2 for task in chosen) and second_core is None:
        print("\nTwo threads were not measured: there is one physical core.")
    if not given.no_cost and not given.filter:
        result["cost"] = cost.measure(ROOT, given.rounds)
        cost.print_table(result["cost"])
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    if given.svg:
        draw(rows, given.programs / "chart", given.svg)
