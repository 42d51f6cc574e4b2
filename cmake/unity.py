#!/usr/bin/env python3
"""Joins the sources of one target into fewer, so that a wheel is compiled in a third of the time.

usage: unity.py FOLDER SOURCE...     prints what to compile, a path a line; FOLDER takes the files that join several

Most of a compiler's time here goes into headers, which sources that are compiled as one share. What such sources
must not share is a name: one that a file keeps to itself (in an unnamed namespace, or by a using-declaration) would be found by
the others. Two files are therefore joined only where no such name of one occurs in the other's text at all, and all headers come
before the first of them, so that none is read with such a name in sight. A file that defines macros, opens a namespace, or keeps
an operator to itself stays alone. A new file thus never breaks the joining: at worst it is compiled by itself.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]  # where all includes are found; the same text in any checkout
MOST_LINES = 2400  # of what is joined: memory, and something left to do for each processor
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
TOKEN = re.compile(r"[A-Za-z_]\w*|::|[^\s\w]")
PAIRS = {"{": "}", "(": ")", "[": "]"}


class Source:
    def __init__(self, path):
        self.path = path
        text = path.read_text(encoding="utf-8")
        self.lines = text.count("\n")
        # Digit separators are no quotes.
        code = NOISE.sub(" ", re.sub(r"(?<=\d)'(?=\d)", "", re.sub(r'(#include )"([^"\n]*)"', r"\1<\2>", text)))
        directives = DIRECTIVE.findall(code)
        self.includes = [line.strip() for line in DIRECTIVE.findall(text) if line.strip().startswith("#include")]
        self.alone = len(directives) != len(self.includes)
        self.tokens = TOKEN.findall(DIRECTIVE.sub(" ", code))
        self.words = {token for i, token in enumerate(self.tokens) if token.isidentifier() and not self._is_member(i)}
        self.own = set()
        self.usings = {}  # name -> the declaration, which another file may have, too
        self._scope(0, private=False)

    def _is_member(self, i):
        """Looked for where something else says, so that it finds no name of another file."""
        before = self.tokens[max(i - 2, 0):i]
        return before[-1:] in (["."], ["::"]) or before == ["-", ">"]

    def _skip(self, i):
        """Behind the bracket that closes the one at i."""
        depth = 0
        while i < len(self.tokens):
            depth += (self.tokens[i] in PAIRS) - (self.tokens[i] in PAIRS.values())
            i += 1
            if depth == 0:
                break
        return i

    def _scope(self, i, private):
        """The declarations of a namespace; behind its end."""
        statement, skipped = [], []
        while i < len(self.tokens):
            token = self.tokens[i]
            if token == "}":
                return i + 1
            if token == "{" and statement[:1] == ["namespace"] and "=" not in statement:
                i = self._scope(i + 1, private or len(statement) == 1)
                statement, skipped = [], []
            elif token in PAIRS:
                end = self._skip(i)
                statement.append(token)
                skipped += self.tokens[i:end]
                i = end
                if token == "{" and self.tokens[i:i + 1] not in ([";"], [","]):
                    self._declaration(statement, skipped, private)  # of a function
                    statement, skipped = [], []
            else:
                i += 1
                if token == ";":
                    self._declaration([*statement, ";"], skipped, private)
                    statement, skipped = [], []
                else:
                    statement.append(token)
        return i

    def _declaration(self, statement, inner, private):
        first = statement[0]
        if first == "using":
            if statement[1] == "namespace":
                self.alone = True
            elif "=" in statement:
                self.usings[statement[1]] = " ".join(statement + inner)
            else:
                self.usings[statement[-2]] = " ".join(statement)
            return
        if first == "namespace":  # an alias
            self.usings[statement[1]] = " ".join(statement)
            return
        if not private and not {"static", "const", "constexpr", "struct", "class", "enum", "union", "concept"} & set(statement):
            return  # others know it by a header
        names = set()
        for i, token in enumerate(statement):
            if token in ("struct", "class", "union", "enum", "concept"):
                names.update(word for word in statement[i + 1:i + 3] if word.isidentifier())
            elif token in ("(", "{", "[", "=", ";") and i > 0 and statement[i - 1].isidentifier():
                if i < 2 or statement[i - 2] != "::":
                    names.add(statement[i - 1])
        if "enum" in statement and "class" not in statement:
            names.update(word for word in inner if word.isidentifier())
        names -= {"class", "const", "final", "noexcept", "override", "struct"}
        if names & {"operator", "begin", "end"} or "operator" in statement and private:
            self.alone = True  # found without being named
        self.own |= names

    def clashes(self, other):
        return any(self.own & other.words or other.own & self.words or
                   any(b.usings.get(name, declaration) != declaration or name in b.words and name not in b.usings
                       for name, declaration in a.usings.items())
                   for a, b in ((self, other), (other, self)))


def main():
    folder = pathlib.Path(sys.argv[1])
    sources = [Source(pathlib.Path(name)) for name in sorted(sys.argv[2:])]
    groups = []
    for source in sorted(sources, key=lambda one: -one.lines):
        for group in groups:
            if (not source.alone and not group[0].alone and sum(one.lines for one in group) + source.lines <= MOST_LINES
                    and not any(source.clashes(one) for one in group)):
                group.append(source)
                break
        else:
            groups.append([source])
    for group in groups:
        if len(group) == 1:
            print(group[0].path)
            continue
        lines = [*dict.fromkeys(line for one in group for line in one.includes),
                 *(f'#include "{one.path.resolve().relative_to(ROOT)}"' for one in sorted(group, key=lambda one: one.path))]
        joined = folder / f"joined_{group[0].path.stem}.cc"
        text = "\n".join(lines) + "\n"
        if not joined.exists() or joined.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            joined.write_text(text, encoding="utf-8")
        print(joined)


if __name__ == "__main__":
    main()
