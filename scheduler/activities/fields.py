"""Fields that several forms ask: the place on the map, the programmes; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField
from wtforms.validators import Length

from scheduler import words
from scheduler.activities.models import Activity
from scheduler.activities.repeat_forms import Ticks, said_when_shown
from scheduler.activities.tags import KNOWN


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


class TagFields(Form):
    """To which programmes an activity belongs: those that everybody knows to tick, others to type."""

    tags = Ticks(
        _("分野"),
        choices=said_when_shown(words.TAGS),
        description=_("さがす人の目印になり、分野ごとのカレンダーに入ります。"),
    )
    more_tags = StringField(
        _("ほかの分野"), [Length(max=400)], description=_("2つ以上あるときは「、」で区切ります。")
    )

    def typed_tags(self) -> tuple[str, ...]:
        """Return what was ticked and typed."""
        more = (self.more_tags.data or "").replace(",", "、").replace("，", "、")
        return (*(self.tags.data or ()), *(name for name in more.split("、") if name.strip()))


def tag_values(activity: Activity) -> dict[str, object]:
    """Return an activity's programmes as the form's values."""
    slugs = [tag.slug for tag in activity.tags]
    more = [tag.name for tag in activity.tags if tag.slug not in KNOWN]
    return {"tags": [slug for slug in slugs if slug in KNOWN], "more_tags": "、".join(more)}
