"""
The C++ side of the seatrial package: reads scenarios and finished runs.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['CampaignRequest', 'Run', 'campaign_plan', 'campaign_report', 'inspect', 'inspect_frr', 'scenario_schema', 'version']
class CampaignRequest:
    """
    What `seatrial campaign` is asked: a folder and the failures to look at.
    """
    def __init__(self, folder: str, overrides: list[str], kinds: str, failures: int, at_ns: int | None, until_ns: int | None) -> None:
        ...
class Run:
    """
    The records of a finished run. Times are nanoseconds.
    """
    def __init__(self, folder: str) -> None:
        """
        Reads FOLDER/records.jsonl; ValueError with FILE:LINE:COL when it is no such file.
        """
    def counters(self) -> dict[str, int]:
        """
        totals of the run
        """
    def explain(self, request: int) -> typing.Any:
        """
        Why the request of that index failed or was slow: symptom, attributed, cause, and chain [{kind, at_ns, text, evidence, frames [(file, number)]}].
        """
    def fib(self, node: str, at_ns: int | None = None) -> typing.Any:
        """
        The forwarding table of a node.
        """
    def fib_nodes(self) -> list[str]:
        """
        Nodes that have a forwarding table.
        """
    def info(self) -> typing.Any:
        """
        scenario, description, seed, version, simulated_ns
        """
    def outcomes(self) -> typing.Any:
        """
        one dict an expectation: name, kind, ok, why, evidence
        """
    def participants(self) -> typing.Any:
        """
        edges, ingress_pods, app_pods
        """
    def participants_of_requests(self) -> typing.Any:
        """
        (edge, ingress pod, app pod) of each request, "" where unknown.
        """
    def path(self, request: int) -> typing.Any:
        """
        The hops of the request of that index: leg, direction, at_ns, node, in, out.
        """
    def rib(self, node: str, at_ns: int | None = None) -> typing.Any:
        """
        The Loc-RIB of a node.
        """
    def rib_nodes(self) -> list[str]:
        """
        Nodes that have a Loc-RIB.
        """
    def sessions(self, at_ns: int | None = None) -> typing.Any:
        """
        Every BGP session end as it stood then; without a time, at the end.
        """
    def table(self, kind: str) -> typing.Any:
        """
        All observations of a kind as {column: [values]}: session, rib, fib, request, proxy, hop, drop, pod, endpoints, link, fault, neighbour, nat, note.
        """
    def topology(self) -> typing.Any:
        """
        nodes and links, as in results.json
        """
def campaign_plan(request: CampaignRequest, seeds: int) -> typing.Any:
    """
    The cases, each with its name and its events (`seatrial run --inject`); scenario, seed, at_ns, announcement. ValueError with the command line's message.
    """
def campaign_report(request: CampaignRequest, runs: list[list[tuple[int, str, str]]], width: int = 100) -> typing.Any:
    """
    (campaign.json, the words) of finished runs: those of the baseline, then those of each case of the plan; a run is (seed, folder, why it gave no results or "").
    """
def inspect(folder: str, overlay: dict[str, str] = {}, overrides: list[str] = [], injections: list[str] = []) -> typing.Any:
    """
    Read scenario.json and all that it names; files of `overlay` (name -> text) come before those of `folder`. Returns ok, messages (FILE:LINE:COL: ..., a line each), errors (their number), files (the names that were read) and, when ok, document (canonical JSON), description (what `seatrial check` prints) and sessions.
    """
def inspect_frr(text: str, name: str = 'frr.conf') -> typing.Any:
    """
    Read a frr.conf: messages, errors, addresses [(interface, ADDRESS/LENGTH)], networks (announced prefixes) and, with BGP, asn.
    """
def scenario_schema() -> str:
    """
    The JSON Schema of scenario.json, as text.
    """
version: str = '0.1.0'
