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
    _delete_demo_invoices(env)


def _delete_demo_invoices(env):
    """Delete the invoices of the demo data and the credit notes made for its cases, so that nothing stays.

    Those of real cases are the accountants': they stay as they are.
    """
    data = env["ir.model.data"].search(
        [
            ("module", "=", "complaint_management"),
            ("model", "in", ("account.move", "complaint.complaint")),
        ]
    )
    ids = {model: records.mapped("res_id") for model, records in data.grouped("model").items()}
    remedies = env["complaint.remedy"].search([("complaint_id", "in", ids.get("complaint.complaint", []))])
    invoices = env["account.move"].browse(ids.get("account.move", [])).exists() | remedies.move_id
    invoices |= invoices.reversal_move_ids
    # Nobody is told any more that a credit note has gone.
    env.flush_all()
    env.cr.execute(
        "UPDATE complaint_remedy SET move_id = NULL, invoice_id = NULL WHERE id = ANY(%s)", [remedies.ids]
    )
    env.invalidate_all()
    invoices.filtered(lambda invoice: invoice.state != "draft").button_draft()
    invoices.with_context(force_delete=True).unlink()
