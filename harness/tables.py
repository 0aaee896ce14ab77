"""The app's tables, emptied behind a scenario whose rows other processes saw too."""

from typing import Any

FROM_THE_CODE = {"django_content_type", "auth_permission"}  # migrate fills them, the same each time: they stay


def empty(connection: Any) -> None:
    """Delete every row of the app's tables, through a connection of Django's to PostgreSQL.

    Django's own flush truncates them all and fills `FROM_THE_CODE` again: ten times as long for a handful of rows. As
    it does, this waits for whoever is in the middle of writing a row: such a row would be the next scenario's.
    """
    existing = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(table) for table in existing if table not in FROM_THE_CODE]
    locked = f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"
    # That mode, and none stronger: a writer whose commit looks up what its row refers to must still be let through.
    with connection.cursor() as cursor:  # the statements of one call are one transaction
        cursor.execute("; ".join([locked, *(f"DELETE FROM {table}" for table in tables)]))  # noqa: S608 - Django's names
