"""What one viewer sees of a plan: its cover, goals, actions and evaluations, each only if the gate lets it through."""

from dataclasses import dataclass, field

from cases.models import Evaluation, Plan, PlanAction, PlanGoal
from cases.views.timeline import names_of

STATE_COLOURS = {
    Plan.State.DRAFT: "plain",
    Plan.State.IN_MEETING: "yellow",
    Plan.State.DECIDED: "blue",
    Plan.State.RUNNING: "green",
    Plan.State.EVALUATION: "yellow",
    Plan.State.CLOSED: "grey",
    Plan.State.REPLANNED: "grey",
    Plan.State.SUSPENDED: "grey",
}


@dataclass(frozen=True)
class Line:
    """A goal, an action or an evaluation as the sheet shows it."""

    row: object
    subjects: list
    categories: list
    mine: bool
    assignment: object = None
    actions: list = field(default_factory=list)

    @property
    def who(self):
        """Who does it, in words."""
        if self.row.doer != PlanAction.Doer.AGENCY:
            return self.row.get_doer_display()
        return self.assignment.agency.short_name if self.assignment else self.row.get_doer_display()


@dataclass(frozen=True)
class Sheet:
    """A plan as one viewer sees it. Actions whose goal is not seen stand by themselves, like those without a goal."""

    goals: list
    other_actions: list
    evaluations: list

    @property
    def rows(self):
        actions = [line for goal in self.goals for line in goal.actions] + self.other_actions
        return [line.row for line in [*self.goals, *actions, *self.evaluations]]


class Reader:
    """Reads the rows of plans for one viewer: two queries a kind, however many rows."""

    def __init__(self, request, case, header_open):
        self.viewer, self.purpose = request.viewer, request.purpose
        self.case, self.header_open = case, header_open

    def visible(self, model, **where):
        """The visible rows of a kind, in no order yet."""
        rows = model.objects.visible_to(self.viewer, self.purpose).filter(case=self.case, **where)
        return rows.select_related("recorded_by").prefetch_related("matters__subject")

    def own(self, model, **where):
        """Of those, the keys of what the viewer's agency may correct."""
        rows = model.objects.editable_by(self.viewer, self.purpose).filter(case=self.case, **where)
        return set(rows.order_by().values_list("pk", flat=True))

    def lines(self, model, order, **where):
        """The rows as lines of the sheet."""
        own = self.own(model, **where)
        return [self._line(row, row.pk in own) for row in self.visible(model, **where).order_by(*order)]

    def action_lines(self, **where):
        """Actions with who does them."""
        own = self.own(PlanAction, **where)
        rows = self.visible(PlanAction, **where).select_related("assignment__agency", "assignment__user")
        rows = rows.order_by("until_day", "pk")
        return [self._line(row, row.pk in own, getattr(row, "assignment", None)) for row in rows]

    def sheet(self, plan):
        """Everything of one plan that this viewer sees."""
        goals = self.lines(PlanGoal, ("term", "order", "pk"), plan=plan)
        by_goal = {goal.row.pk: goal for goal in goals}
        others = []
        for action in self.action_lines(plan=plan):
            goal = by_goal.get(action.row.goal_id)
            (goal.actions if goal else others).append(action)
        return Sheet(goals, others, self.lines(Evaluation, ("-happened_on", "-pk"), plan=plan))

    def _line(self, row, mine, assignment=None):
        names = names_of(row, self.case, self.header_open)
        return Line(row, names, [category.label for category in row.category_list()], mine, assignment)
