import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_approvals"),
        ("cases", "0006_audit_seals"),
    ]

    operations = [
        migrations.AddField(
            model_name="personlink",
            name="undo_asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_on__isnull", True),
                    ("confirmed_on__isnull", True),
                    models.Q(
                        ("undo_asked_by__isnull", False),
                        models.Q(("undone_by", models.F("undo_asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="confirmed_link_undone_by_two",
            ),
        ),
    ]
