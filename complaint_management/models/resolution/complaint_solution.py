from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from .approval import ASKED_STATES

#: Remedies that their owner sees, and the complaint with them.
OWNED_STATES = ("open", "done")
#: Who was asked up to so often reads complaints as fast as who never was.
SELDOM = 200


class ComplaintComplaint(models.Model):
    """The solutions that were proposed for a complaint, and who reads it because they are asked."""

    _inherit = "complaint.complaint"

    solution_ids = fields.One2many("complaint.solution", "complaint_id", string="Solutions", copy=False)
    solution_count = fields.Integer(
        string="Versions so Far", readonly=True, copy=False, export_string_translation=False
    )
    approval_ids = fields.One2many("complaint.approval", "complaint_id", string="Approvals", copy=False)
    remedy_ids = fields.One2many("complaint.remedy", "complaint_id", string="Remedies", copy=False)
    can_propose = fields.Boolean(compute="_compute_can_propose", export_string_translation=False)

    def _needs_solution(self):
        """Tell whether a solution is to be found; what needs no inquiry needs none."""
        return self._needs_inquiry()

    def _get_round_solutions(self):
        """Return the versions of the round the complaint is in; those of earlier rounds are history."""
        self.ensure_one()
        return self.solution_ids.filtered(lambda solution: solution.round == self.reopen_count)

    @api.depends("solution_ids.state", "solution_ids.round", "closed_at", "reopen_count")
    def _compute_can_propose(self):
        for complaint in self:
            current = complaint._get_round_solutions()
            complaint.can_propose = not complaint.closed_at and not current

    def action_propose(self):
        """Open the page on which a solution is written."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose a Solution"),
            "res_model": "complaint.solution",
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.id},
        }

    # who is asked

    @api.model
    def _get_asking_records(self):
        """Return ``[(field, domain)]`` of the requests by which the user reads the complaints behind them."""
        mine = [self.env.uid]
        return [
            ("approval_ids", Domain("approver_ids", "in", mine) & Domain("state", "in", ASKED_STATES)),
            ("remedy_ids", Domain("user_id", "in", mine) & Domain("state", "in", OWNED_STATES)),
        ]

    def _compute_asked_of_me(self):
        rest = self
        if self.env.user.sudo().complaint_asked:
            for fname, domain in self._get_asking_records():
                if rest:
                    requests = self.env[self._fields[fname].comodel_name].sudo()
                    ids = rest._origin.ids
                    of_these = domain & Domain("complaint_id", "in", ids)
                    groups = requests._read_group(of_these, ["complaint_id"])
                    asked = {complaint.id for (complaint,) in groups}
                    found = rest.filtered(lambda complaint, asked=asked: complaint._origin.id in asked)
                    found.asked_of_me = True
                    rest -= found
        super(ComplaintComplaint, rest)._compute_asked_of_me()

    def _search_asked_of_me(self, operator, value):
        domain = super()._search_asked_of_me(operator, value)
        if domain is NotImplemented or not self.env.user.sudo().complaint_asked:
            return domain
        if set(value) == {True} and not self._was_asked_often(fields.Date.today()):
            return self._search_asked_seldom()
        # Not by their ids: all that somebody ever decided would be gathered to read one complaint.
        asked = Domain.OR(Domain(fname, "any!", requests) for fname, requests in self._get_asking_records())
        if True in value:
            domain |= asked
        if False in value:
            domain &= ~asked
        return domain

    @api.model
    @ormcache("self.env.uid", "day")
    def _was_asked_often(self, day):
        """Tell whether a search should not begin with all that the user was ever asked.

        It decides how the search is written, not what it finds, and may be as old as the day.
        """
        left = SELDOM
        for requests, domain in self._get_all_asking_records():
            left -= requests.search_count(domain, limit=left + 1)
            if left < 0:
                return True
        return False

    @api.model
    def _search_asked_seldom(self):
        """Return the domain of the complaints that somebody was asked about, if these are few.

        As an array they are found by their ids, and the other complaints by their indexes as if there were
        none of them; a condition on other tables makes the database look at every complaint.
        """
        queries = SQL(" UNION ALL ").join(
            requests._search(domain).subselect("complaint_id")
            for requests, domain in self._get_all_asking_records()
        )

        def to_sql(model, alias, query):
            return SQL("%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), queries)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _get_all_asking_records(self):
        """Return ``[(model, domain)]`` of all requests to the user, the sheets to answer included."""
        records = [("dispatch_ids", self._get_asked_domain()), *self._get_asking_records()]
        return [(self.env[self._fields[fname].comodel_name].sudo(), domain) for fname, domain in records]

    # what hangs on it

    def _get_threads(self):
        return [*super()._get_threads(), self.solution_ids, self.remedy_ids]

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.solution", "complaint_id")]

    def merge_into(self, target, keep=None):
        """One proposal goes on: what the merged complaints had open is withdrawn, and kept as history."""
        sources_sudo, target_sudo = (self - target).sudo(), target.sudo()
        moved = sources_sudo.solution_ids
        if target_sudo._get_round_solutions():
            moved._close_open_ones(self.env._("Merged into %(number)s", number=target.number))
        result = super().merge_into(target, keep)
        for solution in moved.exists().sorted(lambda solution: (solution.complaint_id.id, solution.id)):
            target_sudo.solution_count += 1
            solution.write({"version": target_sudo.solution_count, "round": target_sudo.reopen_count})
        return result

    def _apply_exclusion(self):
        super()._apply_exclusion()
        self.env["complaint.approval"]._replace_unfit([("complaint_id", "in", self.ids)])

    def write(self, vals):
        user_id = vals.get("user_id", False)
        passed_on = (
            self.filtered(lambda complaint: complaint.user_id.id != user_id) if "user_id" in vals else ()
        )
        result = super().write(vals)
        if passed_on:
            # What was theirs to go on with is the next one's now.
            solutions_sudo = self.env["complaint.solution"].sudo()
            solutions_sudo.search(
                [("complaint_id", "in", passed_on.ids), ("state", "in", ("draft", "approved", "declined"))]
            )._sync_activities()
        return result
