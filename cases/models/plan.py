"""プラン: one shape for 多機関協働, アウトリーチ and 参加支援 (domain 3.5); goals, actions and evaluations are rows."""

from django.db import models
from django.db.models import Q

from cases.models.row import Row


class Plan(Row):
    """支援プラン: its cover is a row; 案 → 会議 → 決定 → 支援中 → 評価 → 終結 / 再プラン / 中断."""

    # Named, because `row.plan` would clash with the field of that name on other kinds of row.
    row_ptr = models.OneToOneField(
        Row, models.CASCADE, parent_link=True, primary_key=True, related_name="as_plan"
    )

    KIND = Row.Kind.PLAN

    class Type(models.TextChoices):
        COORDINATION = "coordination", "多機関協働"
        OUTREACH = "outreach", "アウトリーチ"
        PARTICIPATION = "participation", "参加支援"

    class State(models.TextChoices):
        DRAFT = "draft", "案"
        IN_MEETING = "in_meeting", "会議"
        DECIDED = "decided", "決定"
        RUNNING = "running", "支援中"
        EVALUATION = "evaluation", "評価"
        CLOSED = "closed", "終結"
        REPLANNED = "replanned", "再プラン"
        SUSPENDED = "suspended", "中断"

    OVER = (State.CLOSED, State.REPLANNED, State.SUSPENDED)
    NEXT_STATES = {
        State.DRAFT: [State.IN_MEETING, State.SUSPENDED],
        State.IN_MEETING: [State.DRAFT, State.DECIDED, State.SUSPENDED],
        State.DECIDED: [State.RUNNING, State.SUSPENDED],
        State.RUNNING: [State.EVALUATION, State.SUSPENDED],
        State.EVALUATION: [State.CLOSED, State.REPLANNED, State.RUNNING, State.SUSPENDED],
    }

    type = models.CharField("プランの種類", max_length=20, choices=Type.choices)
    state = models.CharField("状態", max_length=20, choices=State.choices, default=State.DRAFT)
    round = models.PositiveSmallIntegerField(
        "回数", default=1, help_text="初回は1、再プランのたびに1ずつ増えます。"
    )
    person_wish = models.TextField("本人の言葉(解決したいこと・目指す姿)", blank=True)
    from_day = models.DateField("開始日", null=True, blank=True)
    until_day = models.DateField("終了日", null=True, blank=True)
    review_on = models.DateField("次回の見直し日", null=True, blank=True)
    decided_on = models.DateField("支援決定日", null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        verbose_name = verbose_name_plural = "プラン"
        constraints = [
            models.CheckConstraint(
                condition=Q(from_day__isnull=True)
                | Q(until_day__isnull=True)
                | Q(until_day__gte=models.F("from_day")),
                name="plan_period",
                violation_error_message="終了日が開始日より前です。日付を直してください。",
            )
        ]

    def next_states(self):
        """The states that may follow the present one."""
        return self.NEXT_STATES.get(self.State(self.state), [])

    @property
    def is_over(self):
        """終結, 再プラン or 中断: nothing is added to it any more."""
        return self.state in self.OVER

    def needs_evaluation_for(self, state):
        """Whether somebody must have evaluated the plan before it may go on to `state`."""
        begun = self.state in (self.State.RUNNING, self.State.EVALUATION)
        return state in (self.State.CLOSED, self.State.REPLANNED) or begun and state == self.State.SUSPENDED

    def move_to(self, state, day):
        """Go on to `state`; raises ValueError if it does not follow the present one."""
        if state not in self.next_states():
            raise ValueError("今の状態からは、その状態に進めません。")
        self.state = state
        if state == self.State.DECIDED:
            self.decided_on = day
        self.save(update_fields=["state", "decided_on"])


class PlanGoal(Row):
    """目標: long-term (目指す姿) or of this plan."""

    KIND = Row.Kind.GOAL

    class Term(models.TextChoices):
        LONG = "long", "長期"
        SHORT = "short", "短期"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals")
    term = models.CharField("長期・短期", max_length=10, choices=Term.choices, default=Term.SHORT)
    order = models.PositiveSmallIntegerField("並び順", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "目標"

    def take_over(self, plan, author, day):
        """再プラン: the same goal, about the same people, in the next plan."""
        return PlanGoal.write(
            case=plan.case,
            author=author,
            subjects=self.subject_list(),
            categories=self.category_list(),
            day=day,
            learnt=self.copied(),
            text=self.text,
            plan=plan,
            term=self.term,
            order=self.order,
        )


class PlanAction(Row):
    """支援内容: who does what by when. The responsible agency sees it by its assignment (S5)."""

    KIND = Row.Kind.ACTION

    class Doer(models.TextChoices):
        AGENCY = "agency", "機関"
        PERSON = "person", "本人"
        FAMILY = "family", "家族"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="actions")
    goal = models.ForeignKey(PlanGoal, models.PROTECT, null=True, blank=True, related_name="actions")
    doer = models.CharField("だれが", max_length=10, choices=Doer.choices, default=Doer.AGENCY)
    doer_note = models.CharField("担当の補足", max_length=80, blank=True)
    from_day = models.DateField("開始日", null=True, blank=True)
    until_day = models.DateField("いつまで", null=True, blank=True)
    decision = models.ForeignKey(
        "meetings.Decision", models.PROTECT, null=True, blank=True, related_name="plan_actions"
    )

    class Meta:
        verbose_name = verbose_name_plural = "支援内容"

    def assign_to(self, agency, user=None, due_on=None):
        """Give the work to an agency (and one of its staff): it sees this action from now on (S5)."""
        given = {"agency": agency, "user": user, "due_on": due_on, "ended_on": None, "outcome": ""}
        Assignment.objects.update_or_create(row_id=self.pk, defaults=given)

    def unassign(self, on):
        """The person or the family does it now: the agency's sight ends."""
        for assignment in Assignment.objects.filter(row_id=self.pk, ended_on__isnull=True):
            assignment.end(on)

    def take_over(self, plan, goal, author, day):
        """再プラン: the same work in the next plan; it is assigned anew, because sight follows the assignment."""
        action = PlanAction.write(
            case=plan.case,
            author=author,
            subjects=self.subject_list(),
            categories=self.category_list(),
            day=day,
            learnt=self.copied(),
            text=self.text,
            plan=plan,
            goal=goal,
            doer=self.doer,
            doer_note=self.doer_note,
            from_day=plan.from_day,
            until_day=plan.until_day,
        )
        given = Assignment.objects.filter(row_id=self.pk).first()
        if given and not given.ended_on:
            action.assign_to(given.agency, given.user, plan.until_day)
            given.end(day, "次のプランに引き継いだ")
        return action


class Evaluation(Row):
    """評価: what was reached, what changed, what the meeting concluded (domain 3.7)."""

    KIND = Row.Kind.EVALUATION

    class Reached(models.TextChoices):
        FULLY = "fully", "達成"
        PARTLY = "partly", "一部達成"
        NOT = "not", "未達成"

    class Result(models.TextChoices):
        CLOSE = "close", "終結"
        REPLAN = "replan", "再プランして継続"
        SUSPEND = "suspend", "中断"
        CONTINUE = "continue", "継続"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="evaluations")
    reached = models.CharField("目標の達成状況", max_length=10, choices=Reached.choices)
    result = models.CharField("結果", max_length=10, choices=Result.choices)
    person_wish = models.TextField("本人の希望", blank=True)
    remaining = models.TextField("残された課題", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "評価"


class Assignment(models.Model):
    """担当: a decision or plan action given to an agency; from a 支援会議 only to a named member of staff (S5)."""

    row = models.OneToOneField(Row, models.CASCADE, related_name="assignment")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="担当機関", related_name="assignments"
    )
    user = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="担当者", null=True, blank=True, related_name="+"
    )
    due_on = models.DateField("期限", null=True, blank=True)
    ended_on = models.DateField("終了日", null=True, blank=True)
    outcome = models.TextField("結果", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "担当"
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["agency", "ended_on"], name="assignment_of_agency")]

    def __str__(self):
        return f"担当 {self.pk}"

    def end(self, on, outcome=""):
        """The work is done or given up: its sight ends with it (S5)."""
        self.ended_on, self.outcome = on, outcome
        self.save(update_fields=["ended_on", "outcome"])
