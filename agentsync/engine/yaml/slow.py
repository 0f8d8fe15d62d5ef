"""The pure-Python YAML parser, for installations of PyYAML without libyaml: ten times slower."""

from yaml.composer import Composer
from yaml.parser import Parser as _EventParser
from yaml.reader import Reader
from yaml.scanner import Scanner


class Parser(Reader, Scanner, _EventParser, Composer):
    """A parser with the interface of `yaml._yaml.CParser`."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        _EventParser.__init__(self)
        Composer.__init__(self)
