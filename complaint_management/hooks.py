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
    _delete_demo_sales(env)
    _delete_demo_invoices(env)


def _delete_demo_sales(env):
    """Delete what the service orders of the demo data were sold and invoiced by; those of real ones stay."""
    data = env["ir.model.data"].search(
        [("module", "=", "complaint_management"), ("model", "=", "complaint.service.order")]
    )
    orders = env["complaint.service.order"].with_context(active_test=False)
    orders = orders.search([("id", "in", data.mapped("res_id"))])
    sales = orders.sale_order_id
    invoices = sales.order_line.invoice_lines.move_id
    invoices |= invoices.reversal_move_ids
    # Nothing of the orders is brought in line any more.
    env.flush_all()
    env.cr.execute(
        "UPDATE complaint_service_line SET sale_line_id = NULL WHERE order_id = ANY(%s)", [orders.ids]
    )
    env.cr.execute("UPDATE complaint_service_order SET sale_order_id = NULL WHERE id = ANY(%s)", [orders.ids])
    env.invalidate_all()
    _delete_invoices(invoices)
    sales.filtered("locked").action_unlock()
    sales.filtered(lambda sale: sale.state != "cancel")._action_cancel()
    sales.unlink()


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
    _delete_invoices(invoices)


def _delete_invoices(invoices):
    invoices.filtered(lambda invoice: invoice.state != "draft").button_draft()
    invoices.with_context(force_delete=True).unlink()
