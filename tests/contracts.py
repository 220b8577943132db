"""An import contract of our own for `lint-imports`: it knows only what pyproject.toml tells it."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnEdges(Contract):
    """No feature imports a module of another feature that bears the name of an edge, such as `views`."""

    type_name = "own_edges"
    edges = fields.SetField(subfield=fields.StringField())
    wiring = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at the importers of every edge; those named as wiring may import them all."""
        wiring = set(self.wiring)  # type: ignore[call-overload]
        foreign = [
            f"{importer} imports {edge}"
            for edge in sorted(graph.modules)
            if edge.rpartition(".")[2] in self.edges  # type: ignore[operator]
            for importer in sorted(graph.find_modules_that_directly_import(edge))
            if importer not in wiring and not importer.startswith(edge.rpartition(".")[0] + ".")
        ]
        return ContractCheck(kept=not foreign, metadata={"foreign": foreign})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that breaks the contract."""
        for line in check.metadata["foreign"]:
            output.print_error(line)
