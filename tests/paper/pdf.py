"""Reading sheets with another make than the one that wrote them."""

from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw


@dataclass(frozen=True)
class Read:
    """What a reader finds in a PDF: its title, the text of each page, the faces with their smallest size."""

    title: str
    pages: list[str]
    embedded: dict[str, bool]
    smallest: float
    size: tuple[float, float]

    @property
    def tight(self) -> str:
        """All text without its gaps: Japanese breaks anywhere."""
        return "".join(self.text.split())

    @property
    def text(self) -> str:
        """All text in one line."""
        return " ".join(" ".join(self.pages).split())


def read(content: bytes) -> Read:
    """Read a PDF."""
    document = pypdfium2.PdfDocument(content)
    embedded: dict[str, bool] = {}
    sizes = []
    for page in document:
        for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = one.get_font()
            embedded[font.get_base_name()] = bool(font.is_embedded)
            sizes.append(one.get_font_size())
    pages = [page.get_textpage().get_text_bounded() for page in document]
    title = document.get_metadata_dict()["Title"]
    return Read(title, pages, embedded, min(sizes), document[0].get_size())
