"""Network namespaces joined by veth pairs, and the processes in them, for one test."""

import itertools
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

_numbers = itertools.count()


def wait_until(check, timeout=30.0, interval=0.05, what="condition"):
    """Polls until check() is truthy and returns its value; AssertionError after `timeout`."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < deadline, f"timed out after {timeout} s waiting for {what}"
        time.sleep(interval)


def tool(name):
    """The path of a program that the test needs; a missing one fails the test."""
    # FRR first: /usr/sbin/bgpd is OpenBGPD.
    found = shutil.which(name, path="/usr/lib/frr:" + os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{name} is not installed"
    return found


class Process:
    """A process in a namespace; its standard output is collected line by line."""

    def __init__(self, arguments, log):
        self.arguments = arguments
        self.log = open(log, "wb")  # pylint: disable=consider-using-with
        self.popen = subprocess.Popen(  # pylint: disable=consider-using-with
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log,
            text=True)
        self.lines = []
        self._queue = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.popen.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def wait_line(self, matches, timeout=30.0, what="a line"):
        """The first line, seen already or yet to come, for which matches(line) is truthy."""
        seen = 0
        deadline = time.monotonic() + timeout
        while True:
            for line in self.lines[seen:]:
                if matches(line):
                    return line
            seen = len(self.lines)
            left = deadline - time.monotonic()
            try:
                line = self._queue.get(timeout=max(left, 0.001))
            except queue.Empty:
                line = None
            assert line is not None, (
                f"no {what} within {timeout} s from {' '.join(map(str, self.arguments))}; "
                f"its output:\n" + "\n".join(self.lines) + "\n" + self.errors())
            self.lines.append(line)

    def poll_lines(self):
        """Takes in what has come since, without waiting."""
        while not self._queue.empty():
            line = self._queue.get()
            if line is not None:
                self.lines.append(line)

    def errors(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def end(self, how=signal.SIGTERM, timeout=10.0):
        """Signals the process, if it still runs, and returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(how)
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            code = self.popen.wait()
        self._reader.join(5)
        self.log.close()
        self.poll_lines()
        return code


class Namespace:
    def __init__(self, lab, name):
        self.lab = lab
        self.label = name
        self.name = f"st{os.getpid()}-{next(_numbers)}-{name}"
        lab.command("ip", "netns", "add", self.name)

    def run(self, *arguments, check=True, timeout=30):
        return self.lab.command("ip", "netns", "exec", self.name, *arguments, check=check,
                                timeout=timeout)

    def start(self, *arguments):
        return self.lab.start("ip", "netns", "exec", self.name, *arguments)


class Lab:
    """Everything one test builds; leaving it ends the processes and removes the namespaces."""

    def __init__(self):
        assert os.geteuid() == 0, "network namespaces need root"
        tool("ip")
        self.namespaces = []
        self.processes = []
        # Daemons that drop their privileges must be able to get here, unlike pytest's tmp_path.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seatrial-interop-"))
        self.folder.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.end()
        for namespace in self.namespaces:
            self.command("ip", "netns", "del", namespace.name, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *arguments, check=True, timeout=30):
        done = subprocess.run(list(map(str, arguments)), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, check=False)
        if check:
            assert done.returncode == 0, (
                f"{' '.join(map(str, arguments))}: exit {done.returncode}\n"
                f"{done.stdout}{done.stderr}")
        return done

    def start(self, *arguments):
        log = self.folder / f"{len(self.processes)}.log"
        process = Process(list(map(str, arguments)), log)
        self.processes.append(process)
        return process

    def namespace(self, name):
        made = Namespace(self, name)
        self.namespaces.append(made)
        made.run("ip", "link", "set", "lo", "up")
        return made

    def link(self, left, left_address, right, right_address):
        """A veth pair; its ends are named eth0, eth1, ... and are up. Returns their names."""
        number = next(_numbers)
        ends = []
        for side, namespace in (("a", left), ("b", right)):
            count = namespace.run("ip", "-o", "link", "show").stdout.count(": eth")
            ends.append((f"v{os.getpid() % 100000}{number}{side}"[:15], namespace, f"eth{count}"))
        self.command("ip", "link", "add", ends[0][0], "type", "veth", "peer", "name", ends[1][0])
        for (temporary, namespace, name), address in zip(ends, (left_address, right_address)):
            self.command("ip", "link", "set", temporary, "netns", namespace.name)
            namespace.run("ip", "link", "set", temporary, "name", name)
            namespace.run("ip", "address", "add", address, "dev", name)
            # A link-local address that is still tentative is none for a daemon that starts now.
            namespace.run("sysctl", "-q", "-w", f"net.ipv6.conf.{name}.accept_dad=0")
            namespace.run("ip", "link", "set", name, "up")
        return ends[0][2], ends[1][2]

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
