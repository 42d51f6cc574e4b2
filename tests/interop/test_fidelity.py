"""A few networks of the differential, those that once differed among them; script/fidelity runs as many as one likes."""

import concurrent.futures

import pytest
from fidelity.compare import judge

# Seeds by features.
NETWORKS = {
    "": (1, 6, 1001, 1002, 1004, 1008),
    "aggregates": (2004, 2005),
    "communities": (2100,),
    "confederations": (2003,),
    "defaults": (2002,),
    "metrics,flow": (2206,),
    "reflection": (2005,),
    "sending": (2104,),
}
ALL = [(features, seed) for features, seeds in NETWORKS.items() for seed in seeds]


@pytest.fixture(scope="module", name="outcomes")
def all_outcomes(tmp_path_factory):
    """Several at a time: most of what they do is wait."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return {network: pool.submit(judge, network[1], tmp_path_factory.mktemp("network"), True, network[0].split(",")).result
                for network in ALL}


@pytest.mark.parametrize("network", ALL, ids=str)
def test_tables_are_equal(outcomes, network):
    outcome = outcomes[network]()
    assert outcome.verdict in ("equal", "several ends"), outcome.text()
    assert outcome.routes > 0
