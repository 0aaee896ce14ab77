from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="authauditlog",
            name="event_id",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
    ]
