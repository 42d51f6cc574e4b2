"""cmake/unity.py joins sources only where none sees a name that another keeps to itself."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAIN = "#include <string>\nnamespace seatrial {{\nint {name}() {{ return 1; }}\n}}\n"


def groups(tmp_path, **sources):
    """The names of the sources that are compiled together, as sets."""
    scratch = ROOT / "build" / "test_unity" / tmp_path.name
    scratch.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in sources.items():
        paths.append(scratch / f"{name}.cc")
        paths[-1].write_text(text)
    said = subprocess.run([sys.executable, ROOT / "cmake" / "unity.py", scratch / "joined", *paths], capture_output=True,
                          text=True, check=True).stdout.split()
    found = []
    for one in map(Path, said):
        if one in paths:
            found.append({one.stem})
            continue
        lines = one.read_text().splitlines()
        found.append({Path(line.split('"')[1]).stem for line in lines if line.endswith('.cc"')})
        # All headers come first.
        kinds = [line.endswith('.cc"') for line in lines]
        assert kinds == sorted(kinds)
    assert sorted(name for group in found for name in group) == sorted(sources)
    shutil.rmtree(scratch)
    return sorted(found, key=min)


def test_what_shares_no_name_is_joined(tmp_path):
    assert groups(tmp_path, a=PLAIN.format(name="one"), b=PLAIN.format(name="two")) == [{"a", "b"}]


def test_a_checkout_may_be_behind_a_link(tmp_path):
    (tmp_path / "checkout").symlink_to(ROOT)
    sources = [tmp_path / "checkout" / "models" / "net" / name for name in ("address.cc", "units.cc")]
    said = subprocess.run([sys.executable, ROOT / "cmake" / "unity.py", tmp_path / "joined", *sources], capture_output=True,
                          text=True, check=True).stdout.split()
    assert len(said) == 1
    assert '#include "models/net/address.cc"\n#include "models/net/units.cc"\n' in Path(said[0]).read_text()


OWN = {
    "function": "namespace {\nint helper(int x) { return x; }\n}\n",
    "static": "static int helper() { return 1; }\n",
    "constant": "namespace seatrial {\nconstexpr int helper = 3;\n}\n",
    "table": "namespace {\nconst int helper[] = {1, 2};\n}\n",
    "struct": "namespace {\nstruct helper {\n  int x = 0;\n};\n}\n",
    "enumerator": "namespace {\nenum Kind { helper, other };\n}\n",
    "template": "namespace {\ntemplate <typename T>\nT helper(T x) {\n  return x;\n}\n}\n",
    "alias": "namespace {\nusing helper = int;\n}\n",
}


@pytest.mark.parametrize("kind", sorted(OWN))
def test_a_name_that_one_keeps_to_itself_parts_it_from_who_has_it_too(tmp_path, kind):
    other = "namespace seatrial {\nint use(int y) { return helper(y); }\n}\n"
    assert groups(tmp_path, a=OWN[kind], b=other) == [{"a"}, {"b"}]
    assert groups(tmp_path, a=OWN[kind], b=other.replace("helper", "elsewhere")) == [{"a", "b"}]
    # A member, or a name that says where it is looked for, is another one; so is what a comment or a text says.
    assert groups(tmp_path, a=OWN[kind], b="int f(X x) { return x.helper + y::helper; }  // helper\nint g() { return h(\"helper\"); }\n") == [
        {"a", "b"}]


@pytest.mark.parametrize("text", ["#define LIMIT 3\n", "using namespace seatrial;\n",
                                  "namespace {\nbool operator<(const A& a, const B& b) { return true; }\n}\n"])
def test_what_reaches_beyond_names_stays_alone(tmp_path, text):
    assert groups(tmp_path, a=text, b=PLAIN.format(name="two")) == [{"a"}, {"b"}]
