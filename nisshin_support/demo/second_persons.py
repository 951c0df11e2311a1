"""What waits for a second person: an emergency disclosure, a release, two records of one person, a succession."""

from datetime import timedelta

from agencies.models import Agency, Succession
from cases.models import EmergencyDisclosure, Person, PersonLink, Record
from meetings.models import LegalBasis, Release, Segment

FACTS = "訪問したところ応答がなく、郵便がたまっていた。前日に本人から、食べていないと電話があった。"


class Waiting:
    """One of each, so that the second person's part can be tried at once."""

    def __init__(self, teller):
        self.teller, self.today, self.memberships = teller, teller.today, teller.memberships

    def tell_all(self):
        self.disclosure()
        self.release()
        self.twins()
        self.succession()

    def disclosure(self):
        """くらしサポート窓口 gave what is known of the illness to another centre; the 推進員 is to approve."""
        author, case = self.memberships["kurashi"], self.teller.cases["k03a"]
        rows = list(
            Record.objects.filter(case=case, recorded_by=author.agency, origin=None).in_category(2)[:1]
        )
        EmergencyDisclosure.give(
            case=case,
            author=author,
            day=self.today,
            rows=rows,
            to_agency=self.memberships["hokatsu2"].agency,
            ground=EmergencyDisclosure.Ground.LIFE,
            ground_note="個人情報保護法69条2項4号",
            facts=FACTS,
            with_header=True,
            until_day=self.today + timedelta(days=7),
            approver=self.memberships["suishin1"],
            approve_by=self.today + timedelta(days=1),
        )

    def release(self):
        """The chair asks that what the 推進員 told at a past 支援会議 be let out."""
        past = Segment.objects.filter(legal_basis=LegalBasis.STATUTE, meeting__day__lt=self.today)
        segment = past.order_by("meeting__day")[0]
        item = segment.items.first()
        row = item.born_rows.filter(recorded_by=self.memberships["suishin1"].agency).first()
        said = {"membership": self.memberships["kaicho"], "day": self.today - timedelta(days=2)}
        Release.ask(item=item, row=row, reason="本人に会え、同じことを本人から聞いた", **said)

    def twins(self):
        """A pair that 名寄せ finds, and a pair that one 推進員 has joined already."""
        first, second = list(Person.objects.exclude(birth_date=None).order_by("pk")[:2])
        alike = [
            Person.objects.create(name=one.name, kana=one.kana, sex=one.sex, birth_date=one.birth_date)
            for one in (first, second)
        ]
        said = {"membership": self.memberships["suishin1"], "day": self.today - timedelta(days=1)}
        PersonLink.join(second, alike[1], ground="住民票で、氏名と生年月日が同じことを確かめた", **said)

    def succession(self):
        """A contractor whose work another takes over, asked for by one of the two of the roster."""
        new = Agency.objects.create(
            name="引継 見本法人(架空)",
            short_name="引継法人",
            kind=Agency.Kind.CONTRACTOR,
            from_day=self.today,
            order=900,
        )
        Succession.objects.create(
            old=self.memberships["sanka"].agency,
            new=new,
            from_day=self.today,
            ground="委託契約の更新(架空)",
            asked_by=self.memberships["meibo1"],
            asked_on=self.today,
        )
