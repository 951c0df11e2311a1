"""The five 事業 of the city's plan (社会福祉法106条の4第2項), once, as codes.

The rows of the plan's tables are data (`PlanRow`); only these five and the ways of running them are fixed.
"""

from django.db.models import TextChoices


class Programme(TextChoices):
    """The five 事業, in the order of the plan's chapter 5."""

    CONSULTATION = "consultation", "包括的相談支援事業"
    COMMUNITY = "community", "地域づくり事業"
    COORDINATION = "coordination", "多機関協働事業"
    OUTREACH = "outreach", "アウトリーチ等を通じた継続的支援事業"
    PARTICIPATION = "participation", "参加支援事業"


class ImplementationForm(TextChoices):
    """実施形態: how the city has a line of the plan carried out."""

    DIRECT = "direct", "直営"
    COMMISSIONED = "commissioned", "委託"
    DESIGNATED = "designated", "指定管理"
    SUBSIDISED = "subsidised", "補助"
    REGISTERED = "registered", "登録"


class Measure(TextChoices):
    """What is counted against a planned number of a line."""

    AGENCIES = "agencies", "実施中の機関の数"
    PLACES = "places", "活動中の場所の数"
    STAFF = "staff", "配置された人の数"
    COORDINATORS = "coordinators", "相談支援包括化推進員の数"
    VENUES = "venues", "相談会を開いた会場の数"
    COURSES = "courses", "講座を開いた箇所の数"
    STATUS = "status", "稼働の状況(手入力)"
