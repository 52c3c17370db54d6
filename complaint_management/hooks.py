def post_init_hook(env):
    """Number sequences for the companies that are there already; new ones get theirs at creation."""
    env["res.company"].search([])._create_complaint_sequences()


def uninstall_hook(env):
    """Take away what no XML id covers: the sequences made per company."""
    env["ir.sequence"].with_context(active_test=False).search([("code", "=", "complaint.complaint")]).unlink()
