#!/usr/bin/env python3
"""Records what FRR's daemons take: every command that `list` shows in the contexts that models/frr reads, as examples.

    sudo tests/interop/record_frr_commands.py > tests/models/frr/data/frr-8.4.4-commands.txt

A line is the context, a tab, and one example of a command: each alternative of the command's grammar once, with and
without what is optional.
"""

import itertools
import re
import sys

from daemons import Frr
from lab import Lab

CONTEXTS = {
    "bgp": ["router bgp 65001"],
    "ipv4_unicast": ["router bgp 65001", "address-family ipv4 unicast"],
    "ipv6_unicast": ["router bgp 65001", "address-family ipv6 unicast"],
    "route_map": ["route-map M permit 10"],
}
# Of the shell itself, not of a configuration.
SHELL = re.compile(r"^(list|find|(no )?output|exit|quit|end|exit-address-family)\b")
VALUES = {
    "A.B.C.D/M": "10.1.0.0/16", "A.B.C.D": "10.0.0.9", "X:X::X:X/M": "2001:db8::/32", "X:X::X:X": "2001:db8::9",
    "ASN:NN_OR_IP-ADDRESS:NN": "65001:1", "AA:NN": "65001:1", "AA:BB:CC": "65001:1:2", "RTLIST": "65001:1",
    "AS_PATH_FILTER_NAME": "A", "OPTVAL": "5", "IFNAME": "eth0", "BMPTARGETS": "T", "LIFETIME": "300",
}
TOKEN = re.compile(r"\.\.\.|[<>\[\]{}|]|\([^)]*\)|[^\s<>\[\]{}|()]+?(?=\.\.\.|[\s<>\[\]{}|()]|$)")
MOST = 64


class Grammar:
    """FRR's command notation: <a|b> one of, [a] maybe, {a|b} any of in any order, (1-9) a number, a... more of a."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def examples(self):
        return [" ".join(words) for words in self.alternatives(None)]

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def alternatives(self, closing):
        out = [self.sequence(closing)]
        while self.peek() == "|":
            self.at += 1
            out.append(self.sequence(closing))
        return [words for part in out for words in part]

    def each(self, closing):
        out = [self.sequence(closing)]
        while self.peek() == "|":
            self.at += 1
            out.append(self.sequence(closing))
        return out

    def sequence(self, closing):
        parts = [[[]]]
        while self.peek() not in (None, "|", closing):
            parts.append(self.item())
        joined = itertools.islice(itertools.product(*parts), MOST)
        return [[word for part in choice for word in part] for choice in joined]

    def item(self):
        token = self.tokens[self.at]
        self.at += 1
        if token == "<":
            out = self.alternatives(">")
        elif token == "[":
            out = [[], *self.alternatives("]")]
        elif token == "{":
            each = self.each("}")
            out = [words for part in each for words in part]
            out.append([word for part in each for word in part[0]])
        else:
            return [[self.value(token)]] if self.peek() != "..." else self.repeated(token)
        self.at += 1
        return out

    def repeated(self, token):
        self.at += 1
        return [[self.value(token)], [self.value(token), self.value(token)]]

    @staticmethod
    def value(token):
        if token.startswith("("):
            low, high = re.fullmatch(r"\((-?\d+)-(\d+)\)", token).groups()
            return str(min(max(int(low), 3), int(high)))
        if token in VALUES:
            return VALUES[token]
        return "NAME" if token[0].isupper() and token.upper() == token else token


def main():
    with Lab() as lab:
        router = lab.namespace("r")
        frr = Frr(lab, router, lab.write("empty.conf", "hostname r\n"))
        for context, path in CONTEXTS.items():
            arguments = [a for line in ("configure terminal", *path, "list") for a in ("-c", line)]
            text = router.run(*frr.vtysh_arguments, *arguments).stdout
            for line in text.splitlines():
                command = line.strip()
                if not command or SHELL.match(command):
                    continue
                for example in Grammar(command).examples():
                    print(f"{context}\t{example}")


if __name__ == "__main__":
    sys.exit(main())
