"""承認待ちの変更: what gives somebody sight is proposed by one roster administrator, decided by another (§3.5)."""

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from agencies import sight
from agencies.first_password import first_password
from agencies.models.staff import Membership, User
from nisshin_support import clock
from nisshin_support.public_id import PublicIdField

OWN = "自分が申請した変更は、自分では承認・却下できません。ほかの名簿管理の人に頼んでください。"
ABOUT_ONESELF = (
    "自分のアカウントについての変更は、自分では承認・却下できません。ほかの名簿管理の人に頼んでください。"
)
DECIDED = "この申請は、すでに決まっています。"
NOT_YOURS = "取り下げられるのは、申請した人だけです。"
GONE = "対象が見つかりません。申請を却下し、名簿を確かめてください。"
STALE = "申請のあとで、対象がほかの変更で変わりました。却下し、必要なら今の内容から申請し直してください。"
BEGUN = "施行日を過ぎた版は変えられません。却下し、新しい版を追加してください。"


class ApprovalQuerySet(models.QuerySet):
    def waiting(self):
        """Proposals that nobody has decided yet, the oldest first."""
        return self.filter(decision="").order_by("proposed_at", "pk")

    def decided(self):
        """What was decided, the latest first."""
        return self.exclude(decision="").order_by("-decided_at", "-pk")

    def concerning(self, thing):
        """What waits about this thing, or (for a person) about this account."""
        same = Q(model=thing._meta.label, object_key=thing.pk)
        if isinstance(thing, User):
            same |= Q(about=thing)
        return self.waiting().filter(same)


class Approval(models.Model):
    """One proposed change: nothing of it stands in the tables until a second person approves."""

    class Kind(models.TextChoices):
        ADD = "add", "加える"
        CHANGE = "change", "変える"
        PASSWORD = "password", "パスワードを作り直す"
        SECOND_FACTOR = "second_factor", "確認コードの登録を解く"

    class Decision(models.TextChoices):
        APPROVED = "approved", "承認"
        REJECTED = "rejected", "却下"
        WITHDRAWN = "withdrawn", "取下げ"

    public_id = PublicIdField()
    kind = models.CharField("申請", max_length=20, choices=Kind.choices)
    model = models.CharField("対象の種類", max_length=40)
    object_key = models.BigIntegerField("対象", null=True, blank=True)
    before = models.JSONField("申請時の内容", default=dict)
    values = models.JSONField("変更の内容", default=dict)
    what = models.CharField("申請の内容", max_length=200)
    about = models.ForeignKey(
        User, models.PROTECT, verbose_name="だれのアカウントか", null=True, related_name="+"
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="申請した人", related_name="+")
    proposed_at = models.DateTimeField("申請の日時", auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="決めた人", null=True, related_name="+")
    decided_at = models.DateTimeField("決めた日時", null=True)
    decision = models.CharField("決定", max_length=20, choices=Decision.choices, blank=True)
    reason = models.TextField("却下の理由", blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承認待ちの変更"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="approval_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", "withdrawn"]) | ~Q(decided_by=F("proposed_by")),
                name="approval_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(about__isnull=True) | ~Q(decided_by=F("about")),
                name="approval_not_about_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(decision="withdrawn") | Q(decided_by=F("proposed_by")),
                name="approval_withdrawn_by_who_asked",
            ),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason=""), name="approval_rejected_with_reason"
            ),
        ]

    def __str__(self):
        return f"承認待ちの変更 {self.pk}"

    @property
    def is_waiting(self):
        return not self.decision

    def thing(self):
        """What is to be changed, as it stands now; None for something new, or when it is gone."""
        return (
            sight.model_of(self.model).objects.filter(pk=self.object_key).first() if self.object_key else None
        )

    def people_concerned(self):
        """Keys of the accounts that this is about: as proposed, and as the thing stands today."""
        thing = self.thing()
        found = {self.about_id, self.values.get("user"), getattr(thing, "user_id", None)}
        if sight.is_account(self.model):
            found.add(self.object_key)
        return found - {None}

    def refusal_for(self, person):
        """Why this person may not decide; "" when they may."""
        if not self.is_waiting:
            return DECIDED
        if person.pk == self.proposed_by_id:
            return OWN
        return ABOUT_ONESELF if person.pk in self.people_concerned() else ""

    def changed_meanwhile(self):
        """{field: what it is now} of everything that was otherwise when the change was proposed."""
        thing = self.thing()
        if thing is None or self.kind not in (self.Kind.ADD, self.Kind.CHANGE):
            return {}
        now = sight.guarded_values_of(thing)
        return {name: now.get(name) for name, then in self.before.items() if now.get(name) != then}

    def hindrance(self):
        """Why the change cannot be applied any more; "" when nothing stands in its way."""
        if self.kind == self.Kind.ADD:
            return ""
        thing = self.thing()
        if thing is None:
            return GONE
        if self.changed_meanwhile():
            return STALE
        begun = self.model == "agencies.AgencyList" and thing.from_day <= clock.today()
        return BEGUN if begun else ""

    def approve(self, *, by):
        """承認: apply the change, checked again as it is now. Returns the password of a new or renewed log-in."""
        self._wait_for_my_turn()
        if refusal := self.refusal_for(by) or self.hindrance():
            raise ValidationError(refusal)
        try:
            with transaction.atomic():
                password = self._apply()
                self._decide(by, self.Decision.APPROVED)
        except (IntegrityError, DataError):
            raise ValidationError(STALE) from None
        return password

    def reject(self, *, by, reason):
        """却下: nothing is changed; the reason is told to who asked."""
        self._wait_for_my_turn()
        if refusal := self.refusal_for(by):
            raise ValidationError(refusal)
        self._decide(by, self.Decision.REJECTED, reason)

    def withdraw(self, *, by):
        """取下げ: by who asked, alone."""
        self._wait_for_my_turn()
        if not self.is_waiting or by.pk != self.proposed_by_id:
            raise ValidationError(NOT_YOURS if self.is_waiting else DECIDED)
        self._decide(by, self.Decision.WITHDRAWN)

    def _wait_for_my_turn(self):
        """Decisions at the same time come one after the other, and no change of the thing slips in between."""
        type(self).objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()
        if self.object_key:
            sight.model_of(self.model).objects.select_for_update().filter(pk=self.object_key).first()

    def _decide(self, by, decision, reason=""):
        self.decided_by, self.decided_at, self.decision, self.reason = by, timezone.now(), decision, reason
        self.save(update_fields=["decided_by", "decided_at", "decision", "reason"])

    def _apply(self):
        if self.kind == self.Kind.PASSWORD:
            return _renew_password(self.thing())
        if self.kind == self.Kind.SECOND_FACTOR:
            _forget_devices(self.thing())
            return ""
        thing = self.thing() or sight.model_of(self.model)()
        sight.put(thing, {name: value for name, value in self.values.items() if name != "memberships"})
        password = first_password() if thing.pk is None and sight.is_account(self.model) else ""
        if password:
            thing.set_password(password)
            thing.must_change_password = True
        thing.full_clean()
        thing.save()
        sight.put_lists(thing, self.values)
        for membership in self.values.get("memberships", []):
            _begin_membership(thing, membership)
        if self.kind == self.Kind.ADD:
            self.object_key = thing.pk
            self.save(update_fields=["object_key"])
        return password


def _begin_membership(user, values):
    membership = Membership()
    sight.put(membership, values)
    membership.user = user
    membership.full_clean()
    membership.save()


def _renew_password(user):
    """A password to be handed over; it opens nothing but the page where the person chooses an own one."""
    password = first_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    return password


def _forget_devices(user):
    # Imported late: the devices' models ask for all apps to be ready.
    from nisshin_support.second_factor import forget_devices

    forget_devices(user)
