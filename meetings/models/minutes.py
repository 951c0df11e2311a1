"""議事録 and 決定事項: rows written at an item's table."""

from django.db import models, transaction

from cases.models.row import Row


class MinutesParagraph(Row):
    """議事録の段落: one statement, marked as fact, opinion or decision, with its speaker's agency."""

    KIND = Row.Kind.MINUTES

    class Nature(models.TextChoices):
        POINT = "point", "論点"
        FACT = "fact", "事実"
        OPINION = "opinion", "意見"
        CONCLUSION = "conclusion", "結論"

    nature = models.CharField("区別", max_length=20, choices=Nature.choices, default=Nature.FACT)
    speaker = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        verbose_name="発言した機関",
        null=True,
        blank=True,
        related_name="+",
    )
    order = models.PositiveSmallIntegerField("順番", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "議事録の段落"


class Decision(Row):
    """決定事項: who does what by when; assigned to an agency, from a 支援会議 to named staff (S5)."""

    # Named, because `row.decision` would clash with the field of that name on other kinds of row.
    row_ptr = models.OneToOneField(
        Row, models.CASCADE, parent_link=True, primary_key=True, related_name="as_decision"
    )

    KIND = Row.Kind.DECISION

    order = models.PositiveSmallIntegerField("順番", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "決定事項"

    def become_action(self, plan, author, day):
        """The decision goes on as an action of the plan; the assignment goes over to it."""
        from cases.models import Assignment, PlanAction

        given = Assignment.objects.filter(row_id=self.pk).first()
        with transaction.atomic():
            action = PlanAction.write(
                case=self.case,
                author=author,
                subjects=self.subject_list(),
                categories=self.category_list(),
                day=day,
                learnt=self.copied(),
                text=self.text,
                plan=plan,
                decision=self,
                until_day=given.due_on if given else None,
            )
            if given:
                action.assign_to(given.agency, given.user, given.due_on)
                given.end(day, "プランの支援内容にしました")
        return action
