"""Consent in force: consent(p, agency a, category c, day d) of the contract §2, as one queryset.

Every argument may be a literal or an `OuterRef`; the conditions below carry the contract's numbers.
"""

from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Cast

from agencies.models import Agency, CitySetting
from agencies.models.agency import in_force as period_holds
from cases.models.consent import Authority, Consent
from cases.models.people import Person
from cases.models.row import InformationCategory, Matter
from cases.visibility import decisions
from cases.visibility.decisions import consented, separated
from cases.visibility.identity import links_of, same_person
from cases.visibility.succession import by_predecessor

Kind, GivenBy, Method = Consent.Kind, Consent.GivenBy, Consent.Method


class AgeOn(Func):
    """Full years of life on a day, as PostgreSQL's own calendar counts them."""

    template = "extract(year from age(%(expressions)s))::int"
    output_field = IntegerField()


def deeper(value):
    """The same value seen from one sub-query further in."""
    return OuterRef(value) if isinstance(value, OuterRef) else value


def as_day(value):
    """A literal day with its type, so that PostgreSQL need not guess it inside a function."""
    from django.db.models import DateField

    return value if isinstance(value, OuterRef | F) else Cast(Value(value), DateField())


def consent_in_force(person, agency, category, day):
    """Statements that let `agency` see `category` of `person` on `day` (§2, all nine conditions).

    Where two records are one person, every record must hold, until the person has said it anew (vector 22).
    """
    return in_force(Consent.objects.order_by().filter(person=person), agency, category, day)


def in_force(statements, agency, category, day):
    """Of these statements, those that are such a consent."""
    own = _statements(statements, agency, category, day)
    is_linked = Q(Exists(links_of(OuterRef("person"))))
    return own.exclude(is_linked & decisions.lacks_a_record(F("pk"), agency, category, day))


def records_that_do_not_hold(agency, category, day):
    """Links of the statement's person (OuterRef) to a record without consent of its own; a statement given after a
    second person confirmed the link needs none."""
    said_before = Q(confirmed_on__isnull=True) | Q(confirmed_on__gte=OuterRef("given_on"))
    other = Case(When(first=OuterRef("person"), then=F("second_id")), default=F("first_id"))
    others = Consent.objects.order_by().filter(person=OuterRef("other"))
    own = _statements(others, agency, category, day)
    return links_of(OuterRef("person")).filter(said_before).annotate(other=other).exclude(Exists(own))


def _statements(statements, agency, category, day):
    """Of these statements, those that meet the nine conditions by themselves."""
    by_representative = Q(given_by=GivenBy.REPRESENTATIVE)
    return (
        statements.filter(kind=Kind.GIVEN, for_programme=True)  # 1
        .filter(Q(given_by=GivenBy.SELF) | by_representative & decisions.speaks(F("pk"), day))  # 2
        .filter(_recorded_how())  # 3
        .filter(given_on__lte=day, from_day__lte=day, until_day__gte=day)  # 4
        .filter(withdrawn_on__isnull=True, withdrawn_at__isnull=True)  # 5
        .filter(_names_agency(agency, day))  # 6
        .filter(categories__contains=[category])  # 7
        .exclude(Exists(_records_died(deeper(day))))  # 8
        .exclude(decisions.closed(F("pk"), agency, category, day))  # 9
    )


def _records_died(day):
    """§2, 8: the record, or one that is the same person, with a death by `day`."""
    return Person.objects.order_by().filter(same_person("pk", OuterRef("person")), died_on__lte=day)


def consents_to_something(person, agency, day):
    """The condition that `person` has a consent in force towards `agency` for some category (M4)."""
    six = InformationCategory.objects.order_by()
    return Q(Exists(six.filter(consented(person, agency, F("number"), day))))


def consents_to_everything(person, agency, day):
    """The condition that `person` has a consent in force towards `agency` for each of the six categories."""
    six = InformationCategory.objects.order_by()
    open_ones = consented(person, agency, F("number"), day)
    # Without the six rows "every" would hold vacuously.
    return Q(Exists(six)) & ~Q(Exists(six.exclude(open_ones)))


def without_consent(agency, day):
    """Matters (pairs) of a row, by OuterRef("pk"), for which `agency` has no consent on `day`."""
    matters = Matter.objects.order_by().filter(row=OuterRef("pk"))
    return matters.exclude(consented(F("subject"), agency, F("category"), day))


def every_pair_consented(agency, day):
    """The condition on a row that every (subject, category) pair is consented; a row without pairs never passes."""
    has_pairs = Exists(Matter.objects.order_by().filter(row=OuterRef("pk")))
    return Q(has_pairs) & ~Q(Exists(without_consent(agency, day)))


def authority_for_consent(day):
    """§2, 2, of a statement (OuterRef): in force when given and on `day`; for minors only under 18; for adults with
    proof and scope."""
    authority = Authority.objects.order_by().filter(
        period_holds(OuterRef("given_on")),
        period_holds(day),
        pk=OuterRef("authority"),
        person=OuterRef("person"),
        suspected_of_harm=False,
    )
    authority = authority.annotate(age=AgeOn(as_day(day), F("person__birth_date")))
    for_minor = Q(kind__in=Authority.FOR_MINORS, age__lt=18) & _birth_date_known("person__")
    for_adult = ~Q(kind__in=Authority.FOR_MINORS) & ~Q(proof="") & Q(covers_sharing=True)
    apart = Q(holder__isnull=False) & separated(F("person"), F("holder"))
    return authority.filter(for_minor | for_adult).exclude(apart)


def _birth_date_known(prefix):
    return Q(
        **{
            f"{prefix}birth_date__isnull": False,
            f"{prefix}birth_precision": "day",
            f"{prefix}birth_estimated": False,
        }
    )


def _recorded_how():
    """§2, 3: in writing or electronically; orally only with its record and while the city's setting allows it."""
    oral_counts = Exists(CitySetting.objects.filter(pk=1, oral_consent_counts=True))
    oral = Q(method=Method.ORAL) & ~Q(oral_record="") & Q(oral_counts)
    return Q(method__in=[Method.WRITTEN, Method.ELECTRONIC]) | oral


def _names_agency(agency, day):
    """§2, 6: by name or in the named version of the 別表; an agency no longer active receives nothing. A successor
    only where its predecessor was named by the function (§4)."""
    active = Agency.objects.filter(period_holds(day), pk=agency)
    by_function = Q(names_function=True) & decisions.named_by_function(F("pk"), agency, day)
    named = Q(Exists(_recipients().filter(agency=agency))) | Q(Exists(_listed().filter(agency=agency)))
    return Q(Exists(active)) & (named | by_function)


def _recipients():
    return Consent.recipients.through.objects.filter(consent=OuterRef("pk"))


def predecessors_named(agency, day):
    """Recipients of a statement (OuterRef) by name that `agency` had taken over by `day`."""
    return by_predecessor(_recipients(), agency, day)


def _listed():
    return Agency.lists.through.objects.filter(agencylist=OuterRef("recipient_list"))


def _left_out():
    return Consent.excluded.through.objects.filter(consent=OuterRef("pk"))


def _takes_out(named, agency, day):
    """A refusal that names an agency binds its successor too."""
    return Q(Exists(named().filter(agency=agency))) | Q(Exists(by_predecessor(named(), agency, day)))


def closing_statements(agency, category, day):
    """§2, 9: statements about the same person that take `agency` and `category` out of a consent (OuterRef)."""
    return (
        Consent.objects.order_by()
        .filter(same_person("person", OuterRef("person")))
        .filter(_covers(agency, category, day))
        .filter(_closes_by_speaker(day))
    )


def _covers(agency, category, day):
    """An exclusion covers every category; a refusal or narrowing its agencies and categories (none named: all)."""
    everything_or_category = Q(categories=[]) | Q(categories__contains=[category])
    everybody = Q(all_agencies=True) | Q(recipient_list__isnull=True) & ~Q(Exists(_recipients()))
    mentioned = _takes_out(_recipients, agency, day) | _takes_out(_listed, agency, day)
    negative = Q(kind__in=[Kind.REFUSED, Kind.NARROWED]) & everything_or_category
    return _takes_out(_left_out, agency, day) | negative & (everybody | mentioned)


def _closes_by_speaker(day):
    same_day_or_later = Q(given_on__gte=OuterRef("given_on"))
    about_representative = Q(Exists(_given_by_representative()))
    return (
        Q(given_by=GivenBy.SELF) & same_day_or_later
        | Q(given_by=GivenBy.SELF) & about_representative & _is_fifteen(day)
        | Q(given_by=GivenBy.REPRESENTATIVE) & about_representative & same_day_or_later & _speaks_for_it()
    )


def _given_by_representative():
    """The consent asked about (two levels out), if a representative gave it."""
    return Consent.objects.order_by().filter(pk=OuterRef(OuterRef("pk")), given_by=GivenBy.REPRESENTATIVE)


def _is_fifteen(day):
    """From 15 on (unknown birth date counts as adult) any refusal of the person closes a representative's consent."""
    grown = Person.objects.order_by().annotate(age=AgeOn(as_day(deeper(day)), F("birth_date")))
    return Q(Exists(grown.filter(Q(age__gte=15) | ~_birth_date_known(""), pk=OuterRef(OuterRef("person")))))


def _speaks_for_it():
    """The representative whose consent it is, or another with authority in force when speaking."""
    in_power = Authority.objects.filter(
        period_holds(OuterRef("given_on")), pk=OuterRef("authority"), person=OuterRef("person")
    )
    return Q(authority=OuterRef("authority")) | Q(Exists(in_power))
