from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

#: Shortest subject whose wording says anything about what the complaint is.
MIN_TEXT = 8
#: Share of the subject's trigrams that another text must hold to count as similar.
MIN_SIMILARITY = 0.45
MAX_REPEATS = 8
#: With how many others the wording of a subject is compared.
MAX_COMPARED = 2000


class ComplaintRepeat(models.Model):
    """Repeated complaints are found while typing, linked or merged (IN-9)."""

    _inherit = "complaint.complaint"

    related_ids = fields.Many2many(
        "complaint.complaint",
        "complaint_complaint_related_rel",
        "complaint_id",
        "related_id",
        string="Related Complaints",
        copy=False,
        domain="[('id', '!=', id), ('company_id', '=', company_id)]",
        help="Complaints that belong together but stay apart.",
    )
    duplicate_of_id = fields.Many2one(
        "complaint.complaint",
        string="Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    repeat_ids = fields.Many2many(
        "complaint.complaint",
        string="Possible Repeats",
        compute="_compute_repeat_ids",
        compute_sudo=True,  # they are searched as the user, and need not be checked again
        context={"active_test": False},
        help="Open and recent complaints of the same customer or contact data, about the same order or "
        "product, or in similar words.",
    )

    @api.depends(
        "step",
        "company_id",
        "partner_id",
        "email_normalized",
        "phone_key",
        "sale_order_id",
        "product_id",
        "name",
        "related_ids",
    )
    def _compute_repeat_ids(self):
        for complaint in self:
            # Past triage it is decided what the complaint is; the form then need not look any more.
            searched = complaint.step in (False, "new", "triage")
            complaint.repeat_ids = complaint.sudo(False)._find_repeats() if searched else False

    def _get_repeat_domain(self):
        """Return the domain of open and recent complaints that share something with this one."""
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        shared = [
            Domain(fname, "=", value)
            for fname, value in (
                ("email_normalized", self.email_normalized),
                ("phone_key", self.phone_key),
                ("sale_order_id", self.sale_order_id.id),
            )
            if value
        ]
        if partner:
            shared.append(partner._get_complaint_domain())
        if self.product_id and not partner:
            shared.append(Domain("product_id", "=", self.product_id.id))
        if not shared:
            return Domain.FALSE
        company = self.company_id or self.env.company
        since = fields.Datetime.now() - timedelta(days=company.complaint_repeat_days)
        return (
            Domain.OR(shared)
            & Domain("id", "not in", (self._origin | self.related_ids._origin).ids)
            & Domain("duplicate_of_id", "=", False)
            & Domain("company_id", "=", company.id)
            & (Domain("closed_at", "=", False) | Domain("received_at", ">=", since))
        )

    def _find_repeats(self):
        """Return up to :data:`MAX_REPEATS` complaints that this one may repeat.

        First those that share something with it, the newest first, then those that resemble it.
        """
        self.ensure_one()
        Complaint = self.env["complaint.complaint"]
        domain, queries = self._get_repeat_domain(), []
        if not domain.is_false():
            queries.append(Complaint._search(domain, limit=MAX_REPEATS, order=Complaint._order))
        if len((self.name or "").strip()) >= MIN_TEXT and self.env.registry.has_trigram:
            queries.append(self._query_similar())
        if not queries:
            return Complaint
        # One query for both; its second part may find again what the first has found.
        rows = self.env.execute_query(
            SQL(" UNION ALL ").join(
                SQL("(%s)", query.select(SQL.identifier(query.table, "id"), SQL("%s", part)))
                for part, query in enumerate(queries)
            )
        )
        found = dict.fromkeys(complaint_id for complaint_id, _part in sorted(rows, key=lambda row: row[1]))
        return Complaint.browse(list(found)[:MAX_REPEATS])

    def _query_similar(self):
        """Return the query of recent complaints whose subject resembles this one's, the most similar first.

        Compared by trigrams (pg_trgm, ``similarity``) with the newest :data:`MAX_COMPARED` of the
        look-back time, so that a large database answers as fast as a small one. A database without
        that extension finds none.
        """
        company = self.company_id or self.env.company
        since = fields.Datetime.now() - timedelta(days=company.complaint_repeat_days)
        Complaint = self.env["complaint.complaint"]
        # Who may see what is asked of the few that are found, not of all that are compared.
        newest = Complaint.sudo()._search(
            Domain("company_id", "=", company.id)
            & Domain("received_at", ">=", since)
            & Domain("duplicate_of_id", "=", False),
            limit=MAX_COMPARED,
            order=Complaint._order,
        )
        column = {fname: SQL.identifier(Complaint._table, fname) for fname in ("id", "name")}
        similar = SQL(
            "SELECT id FROM (%s) AS newest WHERE similarity(name, %s) >= %s",
            newest.select(column["id"], column["name"]),
            self.name,
            MIN_SIMILARITY,
        )
        query = Complaint._search(Domain("id", "not in", (self._origin | self.related_ids._origin).ids))
        query.add_where(SQL("%s IN (%s)", column["id"], similar))
        query.order = SQL("similarity(%s, %s) DESC, %s DESC", column["name"], self.name, column["id"])
        query.limit = 2 * MAX_REPEATS
        return query

    def action_link_related(self, others):
        """Link complaints that belong together, in both directions, and say so on each.

        :param others: complaint.complaint, or ids where called from outside
        """
        self.ensure_one()
        others = self.browse(others.ids if isinstance(others, models.BaseModel) else others)
        if self in others:
            raise UserError(self.env._("A complaint cannot be related to itself."))
        (self | others).check_access("write")
        new = others - self.related_ids
        if not new:
            return
        self.write({"related_ids": [Command.link(other.id) for other in new]})
        new.write({"related_ids": [Command.link(self.id)]})
        numbers = ", ".join(new.mapped("number"))
        self._message_log(body=self.env._("Linked with %(numbers)s.", numbers=numbers))
        new._message_log_batch(
            bodies=dict.fromkeys(new.ids, self.env._("Linked with %(numbers)s.", numbers=self.number))
        )

    def action_link_repeat(self):
        """Button on a possible repeat: link it with the complaint on the form."""
        current = self.browse(self.env.context.get("repeat_of")).exists()
        if not current:
            raise UserError(self.env._("Save the complaint first, then link it."))
        current.action_link_related(self)

    def action_merge(self):
        """Open the merge wizard: for the selection, or for this complaint and its open possible repeats."""
        complaints = self
        if len(self) == 1:
            complaints |= self.repeat_ids.filtered(lambda repeat: not repeat.closed_at)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Complaints"),
            "res_model": "complaint.merge",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": complaints.ids, "active_id": self[:1].id},
        }
