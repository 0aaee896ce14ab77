"""What hangs on a device. Without a migration: the scenario makes the table and drops it."""

from django.db import models


class Receipt(models.Model):
    """Proof that a device was enrolled; worthless without the device."""

    device = models.ForeignKey("accounts.UserTOTPDevice", on_delete=models.CASCADE, related_name="receipts")

    class Meta:
        app_label = "receipts"

    def __str__(self) -> str:
        return f"Receipt {self.pk}"
