"""The schema of `policy` in agentsync.yaml, made from the catalogue of rules."""

from typing import Final

from agentsync.canonical import Json
from agentsync.engine.policy.catalogue import RULES, Rule
from agentsync.engine.schema.dialect import ref
from agentsync.model.findings import Risk

_SETTING: Final = "ruleSetting"
_WITH_THRESHOLD: Final = "ruleSettingWithThreshold"


def policy(description: str) -> dict[str, Json]:
    """The schema of one policy, the project's or a target's."""
    return {
        "description": description,
        "type": "object",
        "properties": {
            "fail_on": {
                "description": "The lowest severity of a finding that refuses the plan, and fails "
                "`validate`; `none`: findings are only shown.",
                "enum": [*(risk.value for risk in Risk), "none"],
                "default": "none",
                "examples": ["high"],
            },
            "rules": {
                "description": "What is otherwise than in the catalogue, rule by rule.",
                "type": "object",
                "properties": {rule.id: _rule(rule) for rule in RULES.values()},
                "additionalProperties": False,
                "examples": [
                    {
                        "model-changed": {
                            "severity": "low",
                            "reason": "Models are changed every month, after the evaluation.",
                        }
                    }
                ],
            },
        },
        "additionalProperties": False,
    }


def rule_settings() -> dict[str, Json]:
    """What the schemas of rules refer to, as `$defs`."""
    settings: dict[str, Json] = {
        "enabled": {
            "description": "false: the rule is not asked.",
            "type": "boolean",
            "default": True,
        },
        "severity": {
            "description": "The severity of its findings.",
            "enum": [risk.value for risk in Risk],
        },
        "agents": {
            "description": "Folder names of the agents that are meant, `*` and `?` as wildcards. "
            "Left out: all.",
            "type": "array",
            "items": {
                "description": "One folder name with wildcards.",
                "type": "string",
                "$ref": ref("nonBlankLine"),
            },
            "examples": [["support-*"]],
        },
        "reason": {
            "description": "Why, for whoever reads the file or the report.",
            "type": "string",
            "$ref": ref("nonBlankLine"),
        },
    }
    threshold = {
        "description": "The least amount that is a finding.",
        "type": "integer",
        "$ref": ref("count"),
    }
    return {
        _SETTING: _closed(settings),
        _WITH_THRESHOLD: _closed({**settings, "threshold": threshold}),
    }


def _closed(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": ["reason"],
        "additionalProperties": False,
    }


def _rule(rule: Rule) -> dict[str, Json]:
    told = f"{rule.title[0].upper()}{rule.title[1:]} ({rule.severity}"
    told += f", from {rule.threshold} {rule.unit} on)" if rule.threshold is not None else ")"
    name = _SETTING if rule.threshold is None else _WITH_THRESHOLD
    return {"$ref": ref(name), "description": f"{told}. {rule.reason}"}
