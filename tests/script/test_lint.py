"""script/lint finds what it is there to find: one planted fault a test, in a small repository of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "script").mkdir()
    shutil.copy(ROOT / "script/lint", tmp_path / "script/lint")
    for name in (".clang-format", ".clang-tidy"):
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def put(tree, path, text):
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def lint(tree, *checks, **environment):
    subprocess.run(["git", "-C", str(tree), "add", "-A"], check=True)
    run = subprocess.run([str(tree / "script/lint"), *checks], capture_output=True, text=True,
                         env={**os.environ, **environment})
    return run.returncode, run.stdout


def test_a_clean_tree_passes(tree):
    put(tree, "models/net/a.h", "#pragma once\n")
    put(tree, "sim/host/b.h", '#pragma once\n\n#include <ns3/node.h>\n\n#include "models/net/a.h"\n')
    assert lint(tree, "floors", "house", "format")[0] == 0


@pytest.mark.parametrize("path, line, complaint", [
    ("models/bgp/a.h", '#include "sim/host/b.h"', "an include may only point down"),
    ("models/bgp/a.h", "#include <ns3/node.h>", "models/ knows nothing of ns-3"),
    ("results/record/a.h", "#include <ns3/node.h>", "results/ knows nothing of ns-3"),
    ("results/record/a.h", '#include "sim/host/b.h"', "an include may only point down"),
    ("sim/host/a.h", '#include "tests/support/b.h"', "sim/ may not include tests/"),
    ("sim/host/a.h", "#include <ns3/core-module.h>", "umbrella"),
    ("models/bgp/a.h", "#include <sys/socket.h>", "a socket interface"),
    ("models/bgp/a.h", "#include <boost/asio/ip/tcp.hpp>", "Boost.Asio"),
    ("models/bgp/a.h", "#include <thread>", "threads"),
    ("models/bgp/a.h", "#include <ctime>", "a clock"),
    ("models/bgp/a.h", '#include "codec.h"', "is not a file"),
])
def test_an_include_that_breaks_the_floors(tree, path, line, complaint):
    put(tree, "sim/host/b.h", "#pragma once\n")
    put(tree, "tests/support/b.h", "#pragma once\n")
    put(tree, path, f"#pragma once\n{line}\n")
    status, output = lint(tree, "floors")
    assert status == 1
    assert f"{path}:2:" in output
    assert complaint in output


def test_live_hosts_may_use_sockets(tree):
    put(tree, "models/io/live/a.h", "#include <sys/socket.h>\n#include <boost/asio/ip/tcp.hpp>\n")
    assert lint(tree, "floors")[0] == 0


def test_a_circle_is_shown_with_the_includes_that_make_it(tree):
    put(tree, "models/a/a.h", '#include "models/b/b.h"\n')
    put(tree, "models/b/b.h", '#include "models/c/c.h"\n')
    put(tree, "models/c/c.h", '#include "models/a/a.h"\n')
    status, output = lint(tree, "floors")
    assert status == 1
    assert "models/a -> models/b -> models/c -> models/a" in output
    assert "models/c/c.h:1: includes models/a/a.h" in output


@pytest.mark.parametrize("line, complaint", [
    ("auto t = std::chrono::system_clock::now();", "wall clock"),
    ("std::random_device device;", "without a seed"),
    ('const char* home = getenv("HOME");', "environment"),
    ("std::cout << 1;", "writes output"),
    ("int x;  // TO" + "DO: name it", "unfinished"),
])
def test_code_that_breaks_the_house_rules(tree, line, complaint):
    put(tree, "models/bgp/a.cc", f"\n{line}\n")
    status, output = lint(tree, "house")
    assert status == 1
    assert "models/bgp/a.cc:2:" in output
    assert complaint in output


def test_a_comment_about_a_clock_is_no_clock(tree):
    put(tree, "models/bgp/a.cc", "// never std::chrono::system_clock\n")
    assert lint(tree, "house")[0] == 0


def test_a_file_that_holds_too_much(tree):
    put(tree, "models/bgp/a.cc", "\n" * 451)
    status, output = lint(tree, "house")
    assert status == 1
    assert "451 lines" in output


@pytest.mark.skipif(not shutil.which("clang-format"), reason="clang-format is not installed")
def test_a_file_out_of_format(tree):
    put(tree, "models/bgp/a.cc", "int   x;\n")
    status, output = lint(tree, "format")
    assert status == 1
    assert "models/bgp/a.cc:1:" in output


@pytest.mark.skipif(not shutil.which("clang-tidy"), reason="clang-tidy is not installed")
def test_a_bug_that_clang_tidy_sees(tree):
    put(tree, "models/bgp/a.cc", "#include <vector>\nint f(std::vector<int> v) { return int(v.size()); }\n")
    put(tree, "build/release/compile_commands.json",
        f'[{{"directory": "{tree}", "file": "{tree}/models/bgp/a.cc", "command": "c++ -std=c++20 -c {tree}/models/bgp/a.cc"}}]')
    status, output = lint(tree, "tidy", LINT_BASE="all")
    assert status == 1
    assert "models/bgp/a.cc:2:" in output
    assert "performance-unnecessary-value-param" in output


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_a_shell_script_with_a_bug(tree):
    put(tree, "script/go", "#!/bin/sh\nrm -rf $1/x\n")
    status, output = lint(tree, "shell")
    assert status == 1
    assert "script/go:2:" in output


def test_an_unknown_check_is_named(tree):
    assert lint(tree, "florrs")[0] == 2
