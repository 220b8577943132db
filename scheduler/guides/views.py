"""Help for volunteers, organisers and block leaders; privacy; accessibility. Everybody may read them."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.guides import topics
from scheduler.text import text_in
from scheduler.web import settings

pages = Blueprint("guides", __name__)
_LONGEST = 60


@pages.get("/help")
def help() -> ResponseReturnValue:
    """Explain what can be done, by whom it is for; `?words=` shows the topics with these words in them."""
    words = text_in(request.args.get("words", ""))[:_LONGEST]
    facts = {"roles": topics.ROLES, "contact": settings().contact}
    return render_template("guides/help.html", words_asked=words, groups=topics.topics_with(words), **facts)


@pages.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept of people, who sees it, and for how long."""
    return render_template("guides/privacy.html", contact=settings().contact)


@pages.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say what these pages do so that everybody can use them, and what was tried."""
    return render_template("guides/accessibility.html", contact=settings().contact)
