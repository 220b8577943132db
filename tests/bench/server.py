"""The real service, with one page more: an answer with nothing in it, the base that measurements are compared with.

`python -m tests.bench.server` reads the same environment as `tsudoi serve`.
"""

from scheduler import create_app
from scheduler.config import Settings
from scheduler.serving import serve


def main() -> None:
    """Serve until told to stop."""
    settings = Settings.from_environment()
    app = create_app(settings)
    app.add_url_rule("/empty", "empty", lambda: ("", 204))
    serve(app, settings)


if __name__ == "__main__":
    main()
