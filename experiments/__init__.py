"""Price experiments, and the simulated market with known truth that everything is tested on."""
