"""The field for the place on the map, the same wherever a place is typed; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length


def map_point_field() -> StringField:
    """Return the field for the place on the map."""
    return StringField(
        _("地図の位置"),
        [Length(max=2000)],
        description=_(
            "地図アプリの「共有」で写したリンクか、35.66,139.70 のような数字を貼ってください。なくてもかまいません。"
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
