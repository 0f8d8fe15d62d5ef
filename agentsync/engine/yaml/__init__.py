"""YAML read strictly: the values of YAML 1.2, every problem with its line and column."""
