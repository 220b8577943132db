"""What programs send and are told: households and bodies, and how somebody is reached."""

from scheduler import clock
from scheduler.json_api import ApiModel
from scheduler.parties import households, queries
from scheduler.parties.access import Actor, may_see_all
from scheduler.parties.connecting import next_step
from scheduler.parties.models import Household, Organization, Person
from scheduler.web import db_session


class LineStep(ApiModel):
    """What to send from LINE, to which account: who signed up with LINE alone keeps the place by this."""

    basic_id: str
    code: str


def line_step(person: Person, body: Organization, *, unproven: bool) -> LineStep | None:
    """Make the code for somebody who has just signed up with LINE alone; the caller commits."""
    step = next_step(db_session(), person, body, clock.now(), unproven=unproven)
    return LineStep(basic_id=step.basic_id, code=step.code) if step is not None else None


class MemberOut(ApiModel):
    """Somebody of a household; address and telephone only for who may see them, else null."""

    id: int
    name: str
    kana: str
    email: str | None
    phone: str | None


class HomeOut(ApiModel):
    """A household of a block's round; its place counts from 1."""

    id: int
    block: str
    name: str
    address: str
    place: int
    releases_contact: bool
    people: list[MemberOut]


class HomesOut(ApiModel):
    """The households of the blocks that somebody keeps, in walking order."""

    households: list[HomeOut]


class BlocksIn(ApiModel):
    """The names of blocks to make; the association's name is put before each."""

    names: list[str]


class NewBlockOut(ApiModel):
    """A block: the address of its page, and its name."""

    slug: str
    name: str


class NewBlocksOut(ApiModel):
    """The blocks that were made; those that were there already are not among them."""

    blocks: list[NewBlockOut]


class BlockNamesIn(ApiModel):
    """How a block shall be called: within its association, the reading of the whole name, in English."""

    name: str
    kana: str = ""
    name_en: str = ""


class HomeIn(ApiModel):
    """A household; `block` is the address of a block, needed where the body has several."""

    name: str
    address: str = ""
    place: int | None = None
    block: str = ""

    @property
    def facts(self) -> households.HomeFacts:
        """What the action takes."""
        return households.HomeFacts(self.name, self.address, self.place)


class HomeChange(ApiModel):
    """A household as it shall be; only officers say whether the block leader sees how it is reached."""

    name: str
    address: str = ""
    place: int | None = None
    releases_contact: bool | None = None


class MemberIn(ApiModel):
    """Somebody of a household; without address and telephone they are reached on paper."""

    name: str
    kana: str
    email: str = ""
    phone: str = ""


class ListIn(ApiModel):
    """A member list, tab- or comma-separated; nothing is written unless `write` is true."""

    text: str
    block: str = ""
    write: bool = False


class ListedOut(ApiModel):
    """A line of a member list and what writing it does; `problem` is the code of what has to be mended."""

    line: int
    name: str
    kana: str
    address: str
    phone: str
    problem: str | None
    is_known: bool


class ListOut(ApiModel):
    """What writing a list does, or did: `added` is null as long as nothing was written."""

    lines: list[ListedOut]
    added: int | None


class ReleaseIn(ApiModel):
    """Whether the block leader may see how the own household is reached."""

    releases: bool


class ReleaseOut(ApiModel):
    """The own household and what it releases."""

    household: str
    releases: bool


def member_out(one: Person, *, shows_contact: bool) -> MemberOut:
    """Return somebody of a household, as the reader may see them."""
    email, phone = (one.email, one.phone or None) if shows_contact else (None, None)
    return MemberOut(id=one.id, name=one.name, kana=one.kana, email=email, phone=phone)


def home_out(home: Household, block: queries.Block, people: list[Person], place: int) -> HomeOut:
    """Return a household at its place of a round, as the keeper of the block may see it."""
    shows = block.shows_contacts_of(home)
    return HomeOut(
        id=home.id,
        block=block.body.slug,
        name=home.name,
        address=home.address,
        place=place,
        releases_contact=home.releases_contact,
        people=[member_out(one, shows_contact=shows) for one in people],
    )


def one_home_out(actor: Actor, home: Household, block: Organization) -> HomeOut:
    """Return a single household, with its place."""
    seen = queries.Block(block, [], may_see_all(db_session(), actor, block))
    people, place = queries.people_of(db_session(), home), queries.place_of(db_session(), home)
    return home_out(home, seen, people, place)


class BodyOut(ApiModel):
    """What a body says of itself."""

    slug: str
    name: str
    kana: str
    name_en: str
    contact: str
    about: str
    about_en: str


class BodyIn(ApiModel):
    """What a body shall say of itself; what is left out becomes empty."""

    kana: str = ""
    name_en: str = ""
    contact: str = ""
    about: str = ""
    about_en: str = ""


def body_out(body: Organization) -> BodyOut:
    """Return what a body says of itself."""
    return BodyOut(**{name: getattr(body, name) for name in BodyOut.model_fields})
