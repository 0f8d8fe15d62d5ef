"""The pure middle of agentsync: no disk, no network, no clock, no printing."""
