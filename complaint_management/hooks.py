from .models.case.complaint_number import SEQUENCE_CODE


def post_init_hook(env):
    """Number sequences for the companies that are there already; new ones get theirs at creation."""
    env["res.company"].search([])._create_complaint_sequences()


def uninstall_hook(env):
    """Take away what no XML id covers: the sequences made per company."""
    sequences = env["ir.sequence"].with_context(active_test=False).search([("code", "=", SEQUENCE_CODE)])
    # By the ORM, not by the foreign key: the counters are objects of the database.
    sequences.date_range_ids.unlink()
    sequences.unlink()
