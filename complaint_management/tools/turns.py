from odoo.tools import SQL


def take_turn(records):
    """Let those who do something to the same records at the same moment do it one after the other.

    Whoever comes second waits here, is done again from the beginning and finds what the first one did. The
    rows are written, not only locked: so a transaction that began before is repeated instead of going on with
    what it saw then. Who only refers to the records is not held up.

    :param records: stored records, of any model
    """
    if records.ids:
        table = SQL.identifier(records._table)
        records.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET write_date = write_date WHERE id IN"
                " (SELECT id FROM %(table)s WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE)",
                table=table,
                ids=sorted(records.ids),
            )
        )
