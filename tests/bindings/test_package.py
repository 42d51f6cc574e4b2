"""The package as a whole: typed, its stubs fresh, its errors those of the command line, its children well kept."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest
import seatrial
from conftest import REFERENCE, ROOT
from seatrial._program import program

PYTHON = sys.executable


def test_it_needs_no_environment():
    done = subprocess.run([PYTHON, "-c", "import seatrial; print(seatrial.__version__)"], cwd="/", env={},
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == seatrial.__version__


def test_the_stubs_are_fresh():
    done = subprocess.run([ROOT / "script" / "stubs", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_strict_finds_nothing():
    done = subprocess.run([PYTHON, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_program_is_the_packages_own():
    done = subprocess.run([PYTHON, "-m", "seatrial", "--help"], capture_output=True, text=True, check=True)
    assert "run" in done.stdout
    assert pathlib.Path(program()).is_file()


def test_a_wrong_design_says_what_the_command_line_says(tmp_path):
    (tmp_path / "scenario.json").write_text('{"name": "x", "duration": "soon"}\n')
    said = subprocess.run([program(), "check", tmp_path], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    wrong = [line for line in said.stderr.splitlines() if "error:" in line]
    assert wrong
    for use in (lambda: seatrial.load(tmp_path), lambda: seatrial.run(tmp_path)):
        with pytest.raises(seatrial.ScenarioError) as error:
            use()
        assert [line for line in str(error.value).splitlines() if "error:" in line] == wrong


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(seatrial.ScenarioError, match="no such folder"):
        seatrial.run(tmp_path / "nowhere")


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(condition):
    """What the condition says, once it says something; within a bounded time."""
    for _ in range(2000):
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come")


def children(parent=None):
    """Pids of a process's (by default this one's) children that run the program."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == (parent or os.getpid()) and b"\0run\0" in command:
            found.append(int(stat.parent.name))
    return found


def when_a_child_runs(act):
    """Calls act(pid) once a child is there; within a bounded time."""
    def watch():
        for _ in range(1000):
            for pid in children():
                act(pid)
                return
            time.sleep(0.01)
    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_crash_is_an_exception_with_its_signal():
    thread = when_a_child_runs(lambda pid: os.kill(pid, signal.SIGSEGV))
    with pytest.raises(seatrial.RunError, match="SIGSEGV") as error:
        seatrial.run(REFERENCE)
    thread.join()
    assert error.value.returncode == -signal.SIGSEGV
    assert error.value.command[0] == program()


def test_control_c_ends_the_child():
    thread = when_a_child_runs(lambda pid: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        seatrial.run(REFERENCE)
    thread.join()
    assert children() == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_child_ends_with_its_parent(how):
    parent = subprocess.Popen([PYTHON, "-c", f"import seatrial; seatrial.run({str(REFERENCE)!r}, progress=False)"])
    running = wait_until(lambda: children(parent.pid))
    os.kill(parent.pid, how)
    assert parent.wait(timeout=10) == -how
    assert wait_until(lambda: not any(is_running(pid) for pid in running))


def test_what_a_killed_python_leaves_goes_with_the_next_run(tmp_path):
    def python(then):
        return subprocess.Popen([PYTHON, "-c", f"import seatrial; {then}"], env={**os.environ, "TMPDIR": str(tmp_path)},
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    short = f"seatrial.run({str(REFERENCE)!r}, until='1ms', progress=False)"
    killed = python(f"seatrial.load({str(REFERENCE)!r}).run(progress=False)")
    running = wait_until(lambda: children(killed.pid))
    killed.kill()
    killed.communicate()
    wait_until(lambda: not any(is_running(pid) for pid in running))
    left = set(tmp_path.iterdir())
    assert len(left) == 2  # the design, and its results
    (tmp_path / "seatrial-of-somebody").mkdir()
    with python(f"r = {short}; print(r.out); input()") as alive:
        out = pathlib.Path(alive.stdout.readline().strip())
        assert not left & set(tmp_path.iterdir())
        with python(short) as other:
            assert other.communicate() is not None and other.returncode == 0
        assert (out / "results.json").is_file()  # of a process that is there
        alive.communicate("\n")
    assert [path.name for path in tmp_path.iterdir()] == ["seatrial-of-somebody"]


def test_a_child_whose_parent_is_gone_does_not_begin(tmp_path):
    done = subprocess.run([program(), "run", REFERENCE, "--out", tmp_path / "out"], env={"SEATRIAL_PARENT": "1"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 3 and not (tmp_path / "out").exists()


def test_runs_go_on_beside_each_other():
    results = {}

    def one(seed):
        results[seed] = seatrial.run(REFERENCE, seed=seed, until="3s").data["counters"]["events"]

    threads = [threading.Thread(target=one, args=(seed,)) for seed in (1, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = seatrial.run(REFERENCE, seed=1, until="3s").data["counters"]["events"]
    assert results[1] == alone
    assert set(results) == {1, 2}


def test_the_fixture_for_a_teams_own_tests(tmp_path):
    (tmp_path / "test_design.py").write_text(
        "def test_edge(seatrial_run):\n"
        f"    r = seatrial_run({str(REFERENCE)!r}, until='16s', set={{'expect': []}})\n"
        "    assert r.ok, r.summary()\n")
    done = subprocess.run([PYTHON, "-m", "pytest", "-q", "-p", "seatrial.pytest_plugin", tmp_path], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_cmake_installs_it_without_pip(tmp_path):
    done = subprocess.run(["cmake", "--install", ROOT / "build" / "release", "--prefix", tmp_path, "--component", "python"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    site = tmp_path / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / (
        "dist-packages" if pathlib.Path("/etc/debian_version").exists() else "site-packages")
    said = subprocess.run([PYTHON, "-c", "import seatrial; from seatrial._program import program; print(seatrial.__file__, program())"],
                          cwd="/", env={"PYTHONPATH": str(site)}, capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(site / "seatrial" / "__init__.py"), str(tmp_path / "bin" / "seatrial")]
