"""Which slots a template shows, itself or by what it extends and includes: read from its source, once."""

from __future__ import annotations

from jinja2 import Environment, TemplateNotFound, nodes
from jinja2.meta import find_referenced_templates


class SlotNames:
    """Answers for the templates of one environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[str, frozenset[str]] = {}

    def of(self, template: str) -> frozenset[str]:
        """Names that stand as ``slot("…")``; those of templates that are named by variables are not seen."""
        found = self._known.get(template)
        if found is None:
            # A template that includes itself ends here.
            self._known[template] = frozenset()
            found = self._known[template] = self._read(template)
        return found

    def _read(self, template: str) -> frozenset[str]:
        loader = self._environment.loader
        if loader is None:
            return frozenset()
        try:
            source, _, _ = loader.get_source(self._environment, template)
        except TemplateNotFound:
            return frozenset()
        tree = self._environment.parse(source)
        others = [name for name in find_referenced_templates(tree) if name is not None]
        return frozenset(_named(tree)).union(*(self.of(name) for name in others))


def _named(tree: nodes.Template) -> list[str]:
    return [
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "slot"
        and call.args
        and isinstance(call.args[0], nodes.Const)
    ]
