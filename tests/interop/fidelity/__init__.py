"""The differential: a design drawn from a seed, run by real daemons and simulated, with equal tables at the end."""
