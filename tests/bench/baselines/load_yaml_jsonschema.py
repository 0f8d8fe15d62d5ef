"""Loads every agents/*/agent.yaml of a project and checks it with one compiled jsonschema."""

import json
import os
import sys

import yaml
from jsonschema import Draft202012Validator

with open(sys.argv[2], "rb") as file:
    validator = Draft202012Validator(json.load(file))
root = f"{sys.argv[1]}/agents"
for slug in sorted(os.listdir(root)):
    with open(f"{root}/{slug}/agent.yaml", "rb") as file:
        if not validator.is_valid(yaml.load(file, Loader=yaml.CSafeLoader)):
            sys.exit(f"{slug} does not fit the schema")
