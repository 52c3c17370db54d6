from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

#: A change of these may take a confidential complaint out of the sight of its followers.
CIRCLE_FIELDS = {"confidential", "team_id", "user_id"}


class ComplaintExclusion(models.Model):
    """The employee complained about never sees or handles the complaint (OR-2), and need to know.

    Reading is refused by record rules, here and on what hangs on a complaint (``mail_access.py``).
    Here is what rules do not reach: who follows, is notified and assigned, and names that are shown
    by records that point to a complaint.
    """

    _inherit = "complaint.complaint"

    confidential = fields.Boolean(
        tracking=True,
        help="Only the people responsible, the leaders of the team and the managers see it.",
    )
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_complaint_excluded_rel",
        "complaint_id",
        "user_id",
        string="Excluded",
        compute="_compute_excluded_user_ids",
        store=True,
        context={"active_test": False},
    )

    @api.depends("employee_ids.user_id")
    def _compute_excluded_user_ids(self):
        for complaint in self:
            employees = complaint.employee_ids.with_context(active_test=False)
            users = employees.user_id
            if users != complaint.excluded_user_ids:
                complaint.excluded_user_ids = users

    @api.constrains("employee_ids", "excluded_user_ids", "user_id")
    def _check_excluded_users(self):
        for complaint in self.filtered("employee_ids"):
            if complaint.user_id == self.env.user and complaint.user_id in complaint.excluded_user_ids:
                complaint._refuse_own_concern()
            if complaint.user_id in complaint.excluded_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s is concerned by this complaint and cannot be responsible for it. "
                        "Choose somebody else.",
                        name=complaint.user_id.name,
                    )
                )

    def _check_not_concerned(self):
        """Whoever enters an employee is not that employee; constraints cannot ask, they run as superuser."""
        if not self.env.su and any(self.env.user in complaint.excluded_user_ids for complaint in self.sudo()):
            self._refuse_own_concern()

    def _refuse_own_concern(self):
        raise ValidationError(
            self.env._(
                "You are concerned by this complaint yourself: let a colleague enter it, "
                "because you will not see it."
            )
        )

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Show who may not see a complaint no more than its number.

        Whoever reads a record that points to a complaint is given its name without a look at the rules.
        """
        super()._compute_display_name()
        user = self.env.user
        if not self.env.su or user._is_superuser() or user.share:
            return
        readable = self.sudo(False)._filtered_access("read")
        for complaint in self - readable:
            complaint.display_name = False if user in complaint.excluded_user_ids else complaint.number

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        concerned = complaints.filtered("employee_ids")
        concerned._check_not_concerned()
        concerned._apply_exclusion()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if "employee_ids" in vals:
            self._check_not_concerned()
            self._apply_exclusion()
        if CIRCLE_FIELDS & vals.keys():
            self._unsubscribe_outsiders()
        return result

    def _apply_exclusion(self):
        """Take followers, notifications and open activities away from excluded users."""
        # What was found out about them is of the time before.
        for model in ("mail.message", "mail.activity", "mail.scheduled.message", "mail.tracking.value"):
            self.env[model].invalidate_model(["complaint_excluded"], flush=False)
        for complaint in self:
            # They may be users whom the current one does not see.
            complaint_sudo = complaint.sudo()
            partners = complaint_sudo._get_excluded_partners()
            if not partners:
                continue
            for threads in complaint_sudo._get_threads():
                threads._forget_partners(partners)
            complaint_sudo._pass_activities_on(complaint_sudo.excluded_user_ids)

    def _get_threads(self):
        """Return a list of recordsets, one per model: the complaints, and what has a chatter beside them."""
        return [self]

    def _pass_activities_on(self, users, complaint=None):
        """Give open activities of these complaints to somebody who may do the work.

        :param users: those who may not; what they have done already stays with them, as history
        :param complaint: the complaint whose responsible person takes over, where it is another one
        """
        heir_of = complaint or self
        of_threads = Domain.OR(
            [("res_model", "=", threads._name), ("res_id", "in", threads.ids)]
            for threads in self._get_threads()
        )
        # Activities are often assigned to people who do not see each other.
        activities = self.env["mail.activity"].sudo().search(of_threads & Domain("user_id", "in", users.ids))
        if activities:
            activities.write({"user_id": heir_of.sudo()._get_heir(users).id})

    def _get_heir(self, users):
        """Return who takes over from excluded users: the person responsible, else a leader."""
        self.ensure_one()
        team = self.team_id
        heir = self.user_id - users
        while team and not heir:
            heir = team.leader_id - users
            team = team.parent_id
        return heir

    @api.model
    def _prepare_exclusion_of(self, employees, user):
        """Employees are about to get a user: take the complaints about them out of that user's hands.

        :param employees: hr.employee
        :param user: res.users, their user to be
        """
        for complaint in self._search_about(employees, [("user_id", "in", user.ids)]):
            complaint.user_id = complaint._get_heir(user)

    @api.model
    def _apply_exclusion_of(self, employees):
        """Employees got or lost a user: whom the old complaints exclude changed with it."""
        self._search_about(employees)._apply_exclusion()

    @api.model
    def _search_about(self, employees, domain=()):
        if not employees:
            return self.browse()
        return (
            self.sudo()
            .with_context(active_test=False)
            .search([("employee_ids", "in", employees.ids), *domain])
        )

    def _get_excluded_partners(self):
        """Return the contacts of everybody excluded, whoever asks.

        An employee without a user cannot look at anything, but can be written to.
        """
        employees = self.sudo().employee_ids
        return self.sudo().excluded_user_ids.partner_id | employees.work_contact_id

    def _unsubscribe_outsiders(self):
        """Colleagues who may not read a confidential complaint do not follow it either."""
        complaints_sudo, somebody_left = self.sudo(), False
        for complaint in complaints_sudo.filtered("confidential"):
            outsiders = complaint.message_partner_ids.user_ids.filtered(
                lambda user, complaint=complaint: not user.share and not complaint._is_readable_by(user)
            )
            if outsiders:
                complaint.message_unsubscribe(outsiders.partner_id.ids)
                somebody_left = True
        if somebody_left:
            # That emptied the cache. Whoever just passed complaints on out of their own sight could not
            # read them again to tell the next person.
            complaints_sudo.fetch()

    # merged complaints: what keeps one of them from somebody keeps all of them

    def _prepare_merge_vals(self, sources, keep):
        values = super()._prepare_merge_vals(sources, keep)
        if any(sources.mapped("confidential")):
            values["confidential"] = True
        return values

    def _move_thread(self, target):
        self._pass_activities_on(target.excluded_user_ids, target)
        super()._move_thread(target)
        target._apply_exclusion()

    def merge_into(self, target, keep=None):
        result = super().merge_into(target, keep)
        target_sudo = target.sudo()
        for source in (self - target).sudo():
            vals = {}
            if target_sudo.confidential and not source.confidential:
                vals["confidential"] = True
            concerned = target_sudo.employee_ids - source.employee_ids
            if concerned:
                vals["employee_ids"] = [Command.link(employee.id) for employee in concerned]
            if source.user_id in target_sudo.excluded_user_ids:
                vals["user_id"] = False
            if vals:
                source.write(vals)
        return result
