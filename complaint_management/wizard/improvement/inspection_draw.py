import secrets
from collections import Counter, defaultdict
from datetime import datetime

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...tools import sampling

#: How many months one can look back.
MONTHS = 24
#: Seeds are easily read out and typed again.
MAX_SEED = 999_999


class ComplaintInspectionDraw(models.TransientModel):
    """Draws closed cases of a month at random, so many of a hundred in each team, for a spot check (CL-3).

    Whoever draws does so from the cases that they see. Those of which they may not know come to nobody's
    notice here; a colleague who draws later adds what is still lacking.
    """

    _name = "complaint.inspection.draw"
    _description = "Draw a Sample"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    tz = fields.Char(string="Time Zone", compute="_compute_tz")
    month = fields.Selection(
        selection="_selection_month", required=True, default=lambda self: self._default_month()
    )
    team_ids = fields.Many2many(
        "complaint.team",
        string="Teams",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
        help="Left empty: all teams of the company.",
    )
    seed = fields.Integer(
        required=True,
        default=lambda self: self._default_seed(),
        help="Any number. It is kept with what is drawn: with the same number, the same closed cases give "
        "the same sample, which proves that nobody chose them.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Inspectors",
        default=lambda self: self.env.user,
        domain=lambda self: (
            "[('share', '=', False), ('company_ids', 'in', company_id), ('all_group_ids', 'in',"
            f" {self.env['complaint.inspection']._get_inspector_group_ids()})]"
        ),
        help="The cases are spread evenly over them. Nobody gets a case that they had to do with.",
    )
    # As the user, not as superuser: the counters know of no case that the user may not know of.
    line_ids = fields.One2many(
        "complaint.inspection.draw.line",
        "draw_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    draw_count = fields.Integer(string="To Be Drawn", compute="_compute_draw_count")

    @api.model
    def _default_seed(self):
        return secrets.randbelow(MAX_SEED) + 1

    @api.model
    def _default_month(self):
        return f"{self._get_today(self.env.company) - relativedelta(months=1):%Y-%m}"

    @api.model
    def _selection_month(self):
        today = fields.Date.context_today(self).replace(day=1)
        # Somewhere the next month may have begun.
        months = [today - relativedelta(months=back) for back in range(-1, MONTHS)]
        return [(f"{day:%Y-%m}", format_date(self.env, day, date_format="MMMM y")) for day in months]

    @api.model
    def _get_tz(self, company):
        """Return the name of the time zone in which months begin: the company's, else the user's."""
        # Of its contact; who draws need not see it.
        return company.sudo().partner_id.tz or self.env.user.tz or "UTC"

    @api.model
    def _get_today(self, company):
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(pytz.timezone(self._get_tz(company))).date()

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_tz(self):
        for draw in self:
            draw.tz = self._get_tz(draw.company_id)

    @api.depends("company_id", "month", "team_ids")
    def _compute_line_ids(self):
        for draw in self:
            commands = [Command.clear()]
            if draw.month and draw.company_id:
                commands += [Command.create(vals) for vals in draw._prepare_lines()]
            draw.line_ids = commands

    @api.depends("line_ids.draw_count")
    def _compute_draw_count(self):
        for draw in self:
            draw.draw_count = sum(draw.line_ids.mapped("draw_count"))

    @api.constrains("company_id", "team_ids")
    def _check_teams(self):
        for draw in self:
            if draw.team_ids.company_id - draw.company_id:
                raise ValidationError(self.env._("Draw from the teams of one company at a time."))

    # what there is

    def _get_period(self):
        """Return the first day of the month."""
        return fields.Date.to_date(f"{self.month}-01")

    def _get_closed(self):
        """Return the cases that were closed in the month and are closed still.

        :return: complaint.complaint; without what was rejected, cancelled or merged
        """
        zone, first = pytz.timezone(self._get_tz(self.company_id)), self._get_period()
        start, stop = (
            zone.localize(datetime(day.year, day.month, 1)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (first, first + relativedelta(months=1))
        )
        domain = (
            Domain("company_id", "=", self.company_id._origin.id)
            & Domain("step", "=", "closed")
            & Domain("duplicate_of_id", "=", False)
            & Domain("closed_at", ">=", start)
            & Domain("closed_at", "<", stop)
        )
        if self.team_ids:
            domain &= Domain("team_id", "in", self.team_ids._origin.ids)
        # Putting a case into the archive does not hide it from a check.
        Complaint = self.env["complaint.complaint"].with_context(active_test=False)
        fnames = ["team_id", "reopen_count", "user_id", "closed_at"]
        return Complaint.search_fetch(domain, fnames, order="id")

    def _get_drawn_ids(self, complaints):
        """Return the ids of those that were drawn already: this closing of them, or another of the month."""
        inspections = self.env["complaint.inspection"].search_fetch(
            [("complaint_id", "in", complaints.ids)], ["complaint_id", "round", "period"]
        )
        rounds, period = (
            {complaint.id: complaint.reopen_count for complaint in complaints},
            self._get_period(),
        )
        return {
            inspection.complaint_id.id
            for inspection in inspections
            if inspection.period == period or inspection.round == rounds[inspection.complaint_id.id]
        }

    def _get_by_team(self):
        """Return ``{team: (its closed cases, the ids of those drawn)}``; an empty team is nobody's cases."""
        closed = self._get_closed()
        drawn_ids = self._get_drawn_ids(closed)
        ids_by_team = defaultdict(list)
        for complaint in closed:
            ids_by_team[complaint.team_id].append(complaint.id)
        teams = self.team_ids._origin.union(*ids_by_team)
        by_team = {}
        for team in (*teams.sorted(lambda team: (team.sequence, team.name or "", team.id)), teams.browse()):
            ids = ids_by_team.get(team, [])
            if team or ids:
                by_team[team] = (closed.browse(ids), drawn_ids.intersection(ids))
        return by_team

    def _prepare_lines(self):
        self.ensure_one()
        return [
            {
                "team_id": team.id,
                "closed_count": len(complaints),
                "drawn_count": len(drawn_ids),
                "share": team.inspection_share if team else self.company_id.complaint_inspection_share,
            }
            for team, (complaints, drawn_ids) in self._get_by_team().items()
        ]

    # drawing

    def action_draw(self):
        """Draw what is still lacking, and show it."""
        self.ensure_one()
        shares = {line.team_id: line.share for line in self.line_ids}
        vals_list = []
        for team, (complaints, drawn_ids) in self._get_by_team().items():
            share = shares.get(team, 0)
            stratum = f"{team.id or 0}/{self.month}"
            drawn = complaints.browse(sampling.draw(complaints.ids, share, self.seed, stratum, drawn_ids))
            vals_list += [self._prepare_inspection(case, share, len(complaints)) for case in drawn]
        if not vals_list:
            raise UserError(
                self.env._(
                    "There is nothing to draw: no case was closed in this month, or so many of them as the "
                    "share asks for are drawn already."
                )
            )
        drawn = self.env["complaint.complaint"].browse([vals["complaint_id"] for vals in vals_list])
        barred = drawn._get_barred_inspectors()
        self._assign(vals_list, barred)
        # Two who draw at the same moment meet here: the second begins anew and finds what is drawn.
        self.line_ids.team_id.sudo().with_context(tracking_disable=True).write(
            {"inspection_drawn_at": fields.Datetime.now()}
        )
        # Spot checks are made by the draw alone; whoever may draw was asked by the access to this dialog.
        inspections = self.env["complaint.inspection"].sudo().create(vals_list).sudo(False)
        return self._show(inspections)

    def _prepare_inspection(self, complaint, share, population):
        return {
            "complaint_id": complaint.id,
            "round": complaint.reopen_count,
            "team_id": complaint.team_id.id,
            "handler_id": complaint.user_id.id,
            "closed_at": complaint.closed_at,
            "period": self._get_period(),
            "seed": self.seed,
            "share": share,
            "population": population,
            "drawn_by_id": self.env.uid,
            "drawn_at": fields.Datetime.now(),
        }

    def _assign(self, vals_list, barred):
        """Spread the cases over the inspectors, each to whoever has the fewest and may check it."""
        load = Counter(dict.fromkeys(self.user_ids.ids, 0))
        able = {
            vals["complaint_id"]: [user_id for user_id in load if user_id not in barred[vals["complaint_id"]]]
            for vals in vals_list
        }
        # Those that few may check go first; the others make up for them.
        for vals in sorted(vals_list, key=lambda vals: len(able[vals["complaint_id"]])):
            if able[vals["complaint_id"]]:
                vals["user_id"] = min(able[vals["complaint_id"]], key=lambda user_id: load[user_id])
                load[vals["user_id"]] += 1

    def _show(self, inspections):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_inspection_action"
        )
        return {
            **action,
            "display_name": self.env._("Drawn Now"),
            "domain": [("id", "in", inspections.ids)],
            "context": {},
        }


class ComplaintInspectionDrawLine(models.TransientModel):
    """What is there and what would be drawn in one team."""

    _name = "complaint.inspection.draw.line"
    _description = "Team to Draw from"

    draw_id = fields.Many2one("complaint.inspection.draw", required=True, ondelete="cascade", index=True)
    team_id = fields.Many2one("complaint.team")
    closed_count = fields.Integer(string="Closed")
    drawn_count = fields.Integer(string="Drawn Already")
    share = fields.Float(string="Share (%)")
    draw_count = fields.Integer(string="To Be Drawn", compute="_compute_draw_count")

    _share_range = models.Constraint(
        "CHECK (share BETWEEN 0 AND 100)", "The share of spot checks lies between 0 and 100 percent."
    )

    @api.depends("closed_count", "drawn_count", "share")
    def _compute_draw_count(self):
        for line in self:
            line.draw_count = max(sampling.size(line.closed_count, line.share) - line.drawn_count, 0)
