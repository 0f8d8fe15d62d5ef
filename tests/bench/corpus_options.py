"""What decides every byte of a corpus; apart from the generator, so that naming one is cheap."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What decides every byte of a corpus.

    Shape: `bind` is how a definition finds its agent: id (agent.yaml carries it), marker (the live
    extras name the definition) or name; but for the last, agents carry the marker of an apply;
    `changed_every` k makes agents k-1, 2k-1, … differ live, 0 none;
    `tree` whole or rest, the two readings of include_files.
    """

    agents: int = 1000
    seed: int = 7
    shape: str = "flat"
    bind: str = "id"
    tree: str = "rest"
    changed_every: int = 0

    @property
    def name(self) -> str:
        """The name of the folder that holds exactly this corpus."""
        changed = f"-every{self.changed_every}" if self.changed_every else ""
        return f"{self.agents}-{self.shape}-{self.bind}-{self.tree}{changed}-{self.seed}-marked"

    def differs(self, number: int) -> bool:
        """Whether the live agent of this number (from 0) was edited outside git."""
        return self.changed_every > 0 and number % self.changed_every == self.changed_every - 1

    @property
    def changed(self) -> int:
        """How many agents differ."""
        return sum(map(self.differs, range(self.agents)))

    def arguments(self) -> list[str]:
        """The options as the command line of corpus.py."""
        return [
            f"--{field.name.replace('_', '-')}={getattr(self, field.name)}"
            for field in fields(self)
        ]
