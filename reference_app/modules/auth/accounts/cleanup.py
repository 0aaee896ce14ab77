"""Delete very many rows without holding them in memory, or their locks for long."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

# Rows deleted by one transaction. Small enough to be over in a moment, large enough that the round trips do not count.
BATCH_ROWS = 5000


def delete_in_batches(rows: QuerySet[Any], size: int = BATCH_ROWS) -> int:
    """Delete the rows in transactions of `size`; return how many of this very model went.

    In: a query whose conditions do not change while it runs. What the deletion takes along (cascades) is not
    counted. Rows that come in meanwhile have higher keys than the last one of now and are left for the next call:
    however many they are, this one comes to its end. When it is cut short, the finished batches stay deleted.
    """
    newest = rows.order_by("pk").last()
    rows = rows.filter(pk__lte=newest.pk) if newest else rows.none()
    total, (keys, gone) = 0, _delete_first(rows, size)
    while keys:
        total += gone
        keys, gone = _delete_first(rows.filter(pk__gt=keys[-1]), size)
    return total


def _delete_first(rows: QuerySet[Any], size: int) -> tuple[list[Any], int]:
    """Delete the first `size` rows in one transaction; return their keys, and how many went."""
    with transaction.atomic():
        # Locked while they are chosen, so that a device that its user confirms at this moment is either left out or
        # confirmed too late; and deleted by key alone, whatever plan the database has for the conditions.
        keys = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True)[:size])
        _, by_model = rows.model._default_manager.filter(pk__in=keys).delete()
    return keys, by_model.get(rows.model._meta.label, 0)
