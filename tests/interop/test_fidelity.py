"""A few networks of the differential; script/fidelity runs as many as one likes."""

import pytest
from fidelity.compare import judge

SEEDS = (1, 3, 4, 5, 6, 7, 8, 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_are_equal(tmp_path, seed):
    outcome = judge(seed, tmp_path)
    assert outcome.verdict in ("equal", "several ends"), outcome.text()
    assert outcome.routes > 0
