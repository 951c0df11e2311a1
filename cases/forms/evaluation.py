"""評価シート: the evaluation of a plan (domain 3.7)."""

from django import forms

from cases.forms.plan import RowForm, long_text, not_after
from cases.models import Evaluation
from nisshin_support.forms import WarekiDateField

CHANGES = [
    "生活保護適用",
    "住まいの確保・安定",
    "医療機関受診開始",
    "健康状態の改善",
    "障害手帳取得",
    "自立意欲の向上・改善",
    "孤立の解消",
    "精神の安定",
    "債務の整理",
    "家計の改善",
    "就職活動開始",
    "職業訓練の開始・就学",
    "就労開始(一般・中間的)",
    "職場定着",
    "収入増加",
    "社会参加機会の増加",
    "生活習慣の改善",
    "対人関係・家族関係の改善",
    "その他",
    "変化なし",
]


class EvaluationForm(RowForm):
    """評価シート (domain 3.7)."""

    evaluated_on = WarekiDateField(label="評価日")
    changes = forms.MultipleChoiceField(
        label="見られた変化",
        choices=[(change, change) for change in CHANGES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    layout = [
        ("評価", ["evaluated_on", "reached", "changes", "text"]),
        ("これから", ["remaining", "person_wish", "result"]),
    ]

    class Meta:
        model = Evaluation
        fields = ["reached", "text", "remaining", "person_wish", "result"]
        widgets = {
            "reached": forms.RadioSelect,
            "result": forms.RadioSelect,
            "text": long_text(5),
            "remaining": long_text(4),
            "person_wish": long_text(3),
        }
        labels = {
            "text": "達成状況の説明",
            "remaining": "現在の状況と残された課題",
            "person_wish": "終結・継続についての本人の希望",
        }

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["reached"].choices = Evaluation.Reached.choices
        self.fields["result"].choices = Evaluation.Result.choices

    def clean_evaluated_on(self):
        """Not a day to come."""
        return not_after(self.today, self.cleaned_data["evaluated_on"])

    def clean_changes(self):
        """「変化なし」 stands alone."""
        changes = self.cleaned_data["changes"]
        if "変化なし" in changes and len(changes) > 1:
            raise forms.ValidationError("「変化なし」は、ほかの変化と一緒に選べません。")
        return changes

    def text(self):
        """The explanation, below the changes seen, one a line."""
        lines = [f"・{change}" for change in self.cleaned_data["changes"]]
        head = ["見られた変化", *lines] if lines else []
        return "\n".join([*head, self.cleaned_data["text"]]).strip()
