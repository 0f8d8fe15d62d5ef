"""Merely loads every agents/*/agent.yaml of a project with PyYAML's C loader."""

import os
import sys

import yaml

root = f"{sys.argv[1]}/agents"
for slug in sorted(os.listdir(root)):
    with open(f"{root}/{slug}/agent.yaml", "rb") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
