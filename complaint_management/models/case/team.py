from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ComplaintTeam(models.Model):
    """A service centre or branch team. Its parent takes what exceeds its authority."""

    _name = "complaint.team"
    _description = "Complaint Team"
    _inherit = ["complaint.cached.name.mixin", "mail.alias.mixin.optional", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    #: Which team takes a complaint that nobody routed, where several could.
    _intake_order = None

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    parent_id = fields.Many2one(
        "complaint.team",
        string="Parent Team",
        index="btree_not_null",
        check_company=True,
        help="Takes over what exceeds this team's authority.",
    )
    child_ids = fields.One2many("complaint.team", "parent_id", string="Branch Teams")
    leader_id = fields.Many2one(
        "res.users",
        string="Team Leader",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    member_ids = fields.Many2many(
        "res.users",
        "complaint_team_member_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    max_severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        string="Handles up to",
        required=True,
        default="urgent",
        help="More severe complaints are routed to the parent team.",
    )
    supervisor_ids = fields.Many2many(
        "res.users",
        "complaint_team_supervisor_rel",
        "team_id",
        "user_id",
        string="Leaders up to the Top",
        compute="_compute_supervisor_ids",
        store=True,
        recursive=True,
        help="The leader of this team and of every team above it: they also see its confidential complaints.",
    )
    access_user_ids = fields.Many2many(
        "res.users",
        "complaint_team_access_rel",
        "team_id",
        "user_id",
        string="Who Sees Its Complaints",
        compute="_compute_access_user_ids",
        store=True,
    )
    open_count = fields.Integer(string="Open Complaints", compute="_compute_counts")
    unassigned_count = fields.Integer(string="Unassigned", compute="_compute_counts")
    urgent_count = fields.Integer(string="Urgent", compute="_compute_counts")

    @api.depends("leader_id", "parent_id.supervisor_ids")
    def _compute_supervisor_ids(self):
        for team in self:
            team.supervisor_ids = team.leader_id | team.parent_id.supervisor_ids

    @api.depends("member_ids", "supervisor_ids")
    def _compute_access_user_ids(self):
        for team in self:
            team.access_user_ids = team.member_ids | team.supervisor_ids

    def _compute_counts(self):
        Complaint = self.env["complaint.complaint"]
        groups = Complaint._read_group(
            [("team_id", "in", self.ids), ("closed_at", "=", False)],
            ["team_id", "severity", "user_id"],
            ["__count"],
        )
        counts = {team.id: [0, 0, 0] for team in self}
        for team, severity, user, count in groups:
            figures = counts[team.id]
            figures[0] += count
            figures[1] += 0 if user else count
            figures[2] += count if severity == "urgent" else 0
        for team in self:
            team.open_count, team.unassigned_count, team.urgent_count = counts.get(team.id, (0, 0, 0))

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A team cannot stand above itself."))

    @api.model
    def _cached_fields(self):
        # Beside the names, the teams of each user are in memory: in the record rules and as defaults.
        access = {"member_ids", "leader_id", "parent_id"}
        return super()._cached_fields() | access | {"company_id", "active", "sequence"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        Complaint = self.env["complaint.complaint"].sudo().with_context(active_test=False)
        if Complaint.search_count(
            ["|", ("team_id", "in", self.ids), ("origin_team_id", "in", self.ids)], limit=1
        ):
            raise ValidationError(
                self.env._("Complaints belong to this team. Archive the team instead of deleting it.")
            )
        Stage = self.env["complaint.stage"].sudo().with_context(active_test=False)
        if any(stage.team_ids <= self for stage in Stage.search([("team_ids", "in", self.ids)])):
            raise ValidationError(
                self.env._(
                    "Some stages are this team's alone: delete them first, or they would become everybody's."
                )
            )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("complaint.complaint")
        if self.id:
            values["alias_defaults"] = {"team_id": self.id, "company_id": self.company_id.id}
            if not self.alias_id and self.company_id.alias_domain_id:
                # Otherwise an address is made in the domain of whoever gives it to the team.
                values["alias_domain_id"] = self.company_id.alias_domain_id.id
        return values

    def _for_severity(self, severity):
        """Return the lowest team from this one upwards that may handle a severity.

        :param severity: ``normal``, ``important`` or ``urgent``; a false value counts as normal
        :return: complaint.team; the top team where none is allowed to
        """
        order = list(dict(self._fields["max_severity"].selection))
        team = self
        while (
            team.parent_id
            and team.parent_id.active
            and order.index(team.max_severity) < order.index(severity or "normal")
        ):
            team = team.parent_id
        return team

    @api.model
    def _get_default_team(self, company, user):
        """Return the team that takes a complaint nobody routed: the user's own, else the company's first.

        :param res.company company: company of the complaint
        :param res.users user: who registers it
        :return: complaint.team, possibly empty
        """
        return self.browse(self._get_default_team_id(company.id, user.id))

    @api.model
    @ormcache("company_id", "user_id")
    def _get_default_team_id(self, company_id, user_id):
        domain = [("company_id", "=", company_id)]
        Team = self.sudo().with_context(active_test=True, lang=None)
        own = Team.search([*domain, ("member_ids", "in", user_id)], order=self._intake_order, limit=1)
        company = self.env["res.company"].sudo().browse(company_id)
        usual = company.complaint_team_id.filtered("active")
        return (own or usual or Team.search(domain, order=self._intake_order, limit=1)).id

    def action_open_complaints(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_action")
        action["display_name"] = self.name
        action["context"] = {
            "search_default_team_id": self.id,
            "search_default_open": 1,
            "default_team_id": self.id,
        }
        return action
