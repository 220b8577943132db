"""A public holiday in the reader's words."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

# As the library of public holidays names them; a day in lieu has the name of its holiday before it.
_HOLIDAYS = {
    "元日": _("元日"),
    "成人の日": _("成人の日"),
    "建国記念の日": _("建国記念の日"),
    "天皇誕生日": _("天皇誕生日"),
    "春分の日": _("春分の日"),
    "昭和の日": _("昭和の日"),
    "憲法記念日": _("憲法記念日"),
    "みどりの日": _("みどりの日"),
    "こどもの日": _("こどもの日"),
    "海の日": _("海の日"),
    "山の日": _("山の日"),
    "敬老の日": _("敬老の日"),
    "秋分の日": _("秋分の日"),
    "体育の日": _("体育の日"),
    "スポーツの日": _("スポーツの日"),
    "文化の日": _("文化の日"),
    "勤労感謝の日": _("勤労感謝の日"),
    "国民の休日": _("国民の休日"),
    "天皇の即位の日": _("天皇の即位の日"),
    "即位礼正殿の儀": _("即位礼正殿の儀"),
}
_IN_LIEU = " 振替休日"


def holiday_word(name: str) -> str:
    """Return a public holiday, given by its Japanese name, in the reader's language."""
    known = str(_HOLIDAYS.get(name.removesuffix(_IN_LIEU), name))
    return str(gettext("振替休日（%(holiday)s）", holiday=known)) if name.endswith(_IN_LIEU) else known
