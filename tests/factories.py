"""Invented people, agencies and cases for tests. Situations are traits; days are given, never today's by chance."""

from datetime import date, timedelta

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from agencies.models import Agency, Membership, Role, User
from cases.models import Case, Category, Consent, Enclosure, Person, Record, Referral, Row
from cases.visibility import Viewer
from meetings.models import AgendaItem, Attendance, LegalBasis, Meeting, RosterTerm, Segment

LONG_AGO = date(2020, 4, 1)
PASSWORD = make_password("試験用の合言葉-1234")
ALL = list(Category.values)


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    name = factory.Sequence(lambda n: f"試験機関{n}")
    short_name = factory.LazyAttribute(lambda agency: agency.name[:12])
    kind = Agency.Kind.CENTRE
    from_day = LONG_AGO


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"shiken{n}")
    name = factory.Sequence(lambda n: f"試験 職員{n}")
    password = PASSWORD


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    agency = factory.SubFactory(AgencyFactory)
    role = Role.COUNTER
    from_day = LONG_AGO


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"架空 人物{n}")
    kana = "カクウ ジンブツ"
    birth_date = date(1975, 1, 15)


def a_viewer(role=Role.COUNTER, agency=None, day=date(2026, 6, 10), user=None):
    """A person acting through a new membership on `day`."""
    membership = MembershipFactory(role=role, agency=agency or AgencyFactory(), user=user or UserFactory())
    return Viewer(user=membership.user, membership=membership, day=day, memberships=[membership])


def a_case(opener, *, person=None, day=date(2026, 4, 10), **fields):
    """A case opened by a viewer's (or membership's) agency."""
    return Case.start(main_subject=person or PersonFactory(), agency=opener.agency, day=day, **fields)


def a_row(
    case, viewer, *, subjects=None, categories=(1,), text="試験の記録", model=Record, day=None, **fields
):
    """A row written by the viewer's membership."""
    return model.write(
        case=case,
        author=viewer.membership,
        subjects=subjects or [case.main_subject],
        categories=categories,
        day=day or viewer.day,
        text=text,
        **fields,
    )


def a_consent(case, *, to=(), person=None, categories=ALL, given=date(2026, 4, 10), days=365, **fields):
    """A written consent of the main subject (or `person`) towards the agencies `to`."""
    lead = case.leads.first().agency
    author = Membership.objects.filter(agency=lead).first() or MembershipFactory(agency=lead)
    fields.setdefault("kind", Consent.Kind.GIVEN)
    fields.setdefault("method", Consent.Method.WRITTEN)
    excluded = fields.pop("excluded", ())
    fields.setdefault("from_day", given)
    fields.setdefault("until_day", given + timedelta(days=days))
    consent = Consent.objects.create(
        person=person or case.main_subject,
        case=case,
        given_on=given,
        categories=list(categories),
        recorded_by=lead,
        author=author,
        **fields,
    )
    consent.recipients.set(to)
    consent.excluded.set(excluded)
    return consent


def a_refusal(case, *, on, categories=ALL, person=None, to=(), **fields):
    """A refusal: of everything towards everybody, unless narrowed."""
    fields.setdefault("all_agencies", not to)
    return a_consent(
        case,
        to=to,
        person=person,
        categories=categories,
        given=on,
        kind=Consent.Kind.REFUSED,
        method="",
        **fields,
    )


def a_referral(case, sender, to, *, rows=(), ground=Referral.Ground.CONSENT, sent=None, **fields):
    """A referral sent by the viewer to an agency, with rows enclosed."""
    referral = Referral.objects.create(
        case=case, from_agency=sender.agency, to_agency=to, sender=sender.membership, ground=ground, **fields
    )
    for row in rows:
        Enclosure.objects.create(
            row_id=row.pk,
            referral=referral,
            agency=sender.agency,
            author=sender.membership,
            enclosed_on=sender.day,
        )
    referral.send(on=sent or sender.day, due=None)
    return referral


def a_segment(
    convener, *, day=date(2026, 6, 20), basis=LegalBasis.CONSENT, chair=None, meeting=None, **fields
):
    """A segment of a meeting on `day`."""
    meeting = meeting or Meeting.objects.create(day=day, convened_by=convener.agency)
    return Segment.objects.create(
        meeting=meeting,
        order=meeting.segments.count() + 1,
        legal_basis=basis,
        display_name="試験の会議",
        chair=chair,
        **fields,
    )


def an_item(segment, case, bringer, *, reason="", **fields):
    """An item brought by the viewer, with title and question, and for a 支援会議 its reason and necessity."""
    item = AgendaItem.objects.create(
        segment=segment,
        case=case,
        kind=AgendaItem.Kind.NEW_PLAN,
        order=segment.items.count() + 1,
        brought_by=bringer.agency,
        author=bringer.membership,
        brought_on=bringer.day,
        no_consent_reason=reason or ("no_contact" if segment.is_statutory else ""),
        **fields,
    )
    texts = {Row.Kind.ITEM_TITLE: "試験の議題", Row.Kind.ITEM_QUESTION: "試験の論点"}
    if segment.is_statutory:
        texts |= {Row.Kind.ITEM_REASON: "会えていない", Row.Kind.ITEM_NECESSITY: "命に関わる"}
    for kind, text in texts.items():
        item.write(
            kind=kind,
            text=text,
            author=bringer.membership,
            subjects=[case.main_subject],
            categories=[Category.HISTORY],
            day=bringer.day,
        )
    return item


def seat(item, viewer, *, by, checked_in=None, **fields):
    """Plan somebody for an item."""
    return Attendance.objects.create(
        item=item,
        user=viewer.user,
        agency=viewer.agency,
        selected_by=by.membership,
        planned_on=by.day,
        checked_in_at=checked_in,
        **fields,
    )


def enclose(item, row, by):
    """Lay a row on an item's table."""
    return Enclosure.objects.create(
        row_id=row.pk, item=item, agency=by.agency, author=by.membership, enclosed_on=by.day
    )


def a_term(
    viewer, *, start=date(2026, 4, 1), end=date(2027, 3, 31), acknowledged=date(2026, 4, 1), item=None
):
    """A 構成員's term with its acknowledgement of secrecy."""
    return RosterTerm.objects.create(
        user=viewer.user,
        agency=viewer.agency,
        member_kind=RosterTerm.MemberKind.CORPORATION,
        from_day=start,
        until_day=end,
        acknowledged_on=acknowledged,
        item=item,
    )
