"""What lamina costs a user: compile time and memory, size, start-up to the first result, memory and allocations."""
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

COMPILER = ["g++", "-std=c++20", "-O3", "-march=native"]


def run(command, folder):
    """Runs a command: (seconds of processor time, seconds by the clock, peak MiB, what it printed)."""
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as child:
        printed = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"tools/dev bench: {command[0]} failed")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024, printed


def measure(root, rounds):
    sources, flags = root / "tests/cost", [f"-I{root / 'include'}"]
    with tempfile.TemporaryDirectory() as folder:
        compiled = {name: [] for name in ("base", "inference", "training", "sequences", "residual")}
        for _ in range(rounds):
            for name, times in compiled.items():
                times.append(run([*COMPILER, *flags, "-c", sources / f"{name}.cpp", "-o", f"{name}.o"], folder))
        figures = {"base_compile_s": statistics.median(t[0] for t in compiled["base"])}
        for name in ("inference", "training"):
            run([*COMPILER, f"{name}.o", "-s", "-o", name, "-pthread"], folder)
            figures[name] = {
                "compile_s": statistics.median(t[0] for t in compiled[name]),
                "compile_ratio": statistics.median(t[0] / b[0] for t, b in zip(compiled[name], compiled["base"])),
                "compile_mebibytes": max(t[2] for t in compiled[name]),
                "stripped_kibibytes": pathlib.Path(folder, name).stat().st_size / 1024}
        # Five layers over sequences, and a residual network of fifty layers: as multiples of LeNet-5's training program.
        for name in ("sequences", "residual"):
            figures[name] = {
                "compile_s": statistics.median(t[0] for t in compiled[name]),
                "training_ratio": statistics.median(t[0] / b[0] for t, b in zip(compiled[name], compiled["training"])),
                "compile_mebibytes": max(t[2] for t in compiled[name])}
        run(["./training"], folder)  # writes the file that the other reads
        starts = [run(["./inference"], folder) for _ in range(20)]
        run([*COMPILER, sources / "allocations.cpp", "inference.o", "-o", "counted", "-pthread"], folder)
        figures["start_ms"] = 1e3 * statistics.median(t[1] for t in starts)
        figures["process_mebibytes"] = max(t[2] for t in starts)
        figures["allocations"] = int(run(["./counted"], folder)[3].split()[-1])
    return figures


def print_table(figures):
    print(f"\n| LeNet-5 program, g++ -O3 -march=native | compiled in | times a file that includes xtensor and xsimd "
          f"({figures['base_compile_s']:.1f} s) | compiler's memory | stripped |\n|---|---|---|---|---|")
    for name in ("inference", "training"):
        row = figures[name]
        print(f"| {name} | {row['compile_s']:.1f} s | {row['compile_ratio']:.2f} | {row['compile_mebibytes']:.0f} MiB "
              f"| {row['stripped_kibibytes']:.0f} KiB |")
    for name in ("sequences", "residual"):
        row = figures[name]
        print(f"\n{name}: compiled in {row['compile_s']:.1f} s, {row['training_ratio']:.2f} times LeNet-5's training program, "
              f"{row['compile_mebibytes']:.0f} MiB")
    print(f"\nFrom start to the first result, model read from its file: {figures['start_ms']:.1f} ms, "
          f"{figures['process_mebibytes']:.1f} MiB, {figures['allocations']} allocations in all.")
