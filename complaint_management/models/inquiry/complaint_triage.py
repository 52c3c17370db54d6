from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import process

#: What triage decides; saving these is what its limit waits for.
TRIAGE_FIELDS = ("nature", "category_id", "severity", "founded")
#: Where triage may still be going on.
TRIAGE_STEPS = ("new", "triage")
#: Only of these it is asked whether they are founded.
JUDGED_NATURES = ("complaint", "criticism")
JUDGEMENT_ACTIVITY = "complaint_management.mail_activity_type_judgement"


class ComplaintTriage(models.Model):
    """Founded or not (TR-4): the doubtful ones go to a leader, the unfounded ones are rejected.

    What the complainant reads of it is in ``complaint_letter.py``.
    """

    _inherit = "complaint.complaint"

    founded = fields.Selection(
        [("founded", "Founded"), ("doubtful", "Doubtful"), ("unfounded", "Unfounded")],
        string="Is It Founded?",
        tracking=True,
        copy=False,
        help="Founded: it goes on. Doubtful: the leader of the team decides, and is asked at once. "
        "Unfounded: reject it; the complainant gets a letter that gives the reason.",
    )
    may_judge = fields.Boolean(
        compute="_compute_may_judge", help="It waits for a decision that the current user may take."
    )

    _doubtful_idx = models.Index("(received_at DESC, id DESC) WHERE founded = 'doubtful'")

    @api.depends("founded", "team_id")
    @api.depends_context("uid")
    def _compute_may_judge(self):
        for complaint in self:
            complaint.may_judge = complaint.founded == "doubtful" and complaint._is_judge(self.env.user)

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if any(vals.get("founded") == "doubtful" for vals in vals_list):
            complaints.filtered(lambda complaint: complaint.founded == "doubtful")._ask_for_judgement()
        return complaints

    def write(self, vals):
        if not vals.keys() & set(TRIAGE_FIELDS):
            return super().write(vals)
        if "founded" in vals:
            self._check_judges(vals["founded"])
        before = {complaint.id: complaint._get_triage() for complaint in self}
        result = super().write(vals)
        changed = self.filtered(lambda complaint: complaint._get_triage() != before[complaint.id])
        if "founded" in vals:
            changed._follow_judgement({complaint_id: values[-1] for complaint_id, values in before.items()})
        changed._reach_triage()
        return result

    # the limit of triage

    def _get_triage(self):
        self.ensure_one()
        return tuple(self[fname] for fname in TRIAGE_FIELDS)

    def _reach_triage(self):
        """Triage was saved: where nothing of it is missing any more, its limit is reached at this moment."""
        # While it is being received, only a judgement is more than filling in the record.
        complaints = self.filtered(
            lambda complaint: complaint.step == "triage" or (complaint.step == "new" and complaint.founded)
        )
        if not complaints:
            return
        requirements = [
            requirement for requirement in self._gate_requirements() if requirement.gate == "triage"
        ]
        done = complaints.filtered(
            lambda complaint: (
                # An unfounded one is judged as well, though it does not go on.
                (complaint.founded == "unfounded" and all(complaint._get_triage()))
                or all(requirement.met(complaint) for requirement in requirements)
            )
        )
        if done:
            done._reach_milestones(["triage"])

    # who decides

    def _is_judge(self, user):
        """Tell whether a user decides about a doubtful complaint: a leader of the team or above, a manager.

        Who is concerned decides nothing, and who is responsible may decide where they lead.
        """
        self.ensure_one()
        complaint_sudo = self.sudo()
        if user in complaint_sudo.excluded_user_ids:
            return False
        return user in complaint_sudo.team_id.supervisor_ids or user.has_group(
            "complaint_management.group_complaint_manager"
        )

    def _check_judges(self, founded):
        """Check that the user may judge: what is doubtful is decided by a leader.

        :param founded: the judgement to be
        :raises UserError: it is not theirs to decide; the message names who decides
        """
        if self.env.su or founded == "doubtful":
            return
        self.check_access("write")
        doubtful = self.filtered(lambda complaint: complaint.founded == "doubtful")
        refusals = [
            complaint._get_judgement_refusal()
            for complaint in doubtful
            if not complaint._is_judge(self.env.user)
        ]
        if refusals:
            raise UserError("\n".join(refusals))

    def _get_judgement_refusal(self):
        complaint_sudo = self.sudo()
        leaders = complaint_sudo.team_id.supervisor_ids - complaint_sudo.excluded_user_ids
        if leaders:
            return self.env._(
                "%(complaint)s is doubtful. Whether it is founded is decided by %(leaders)s, "
                "or by a manager of complaints.",
                complaint=self.display_name,
                leaders=", ".join(leaders.mapped("name")),
            )
        return self.env._(
            "%(complaint)s is doubtful. Whether it is founded is decided by a manager of complaints.",
            complaint=self.display_name,
        )

    def _get_judge(self, asker):
        """Return who is asked to decide: the nearest leader, but not who asks; empty where there is none.

        :param res.users asker: who asks; asked back only where they decide and nobody stands above them
        """
        self.ensure_one()
        complaint_sudo = self.sudo()
        leaders = complaint_sudo.with_context(active_test=False).team_id.supervisor_ids
        passed_over = complaint_sudo.excluded_user_ids | asker
        passed_over |= leaders.filtered(lambda leader: not leader.active)
        if complaint_sudo.user_id not in leaders:
            passed_over |= complaint_sudo.user_id
        judge = complaint_sudo._get_heir(passed_over)
        if not judge and not asker._is_superuser() and self._is_judge(asker):
            judge = asker
        return judge

    # asking and deciding

    def _follow_judgement(self, before):
        """Ask the leader about what became doubtful, and tell what was decided.

        :param dict before: the judgement before, by complaint id
        """
        doubtful = self.filtered(lambda complaint: complaint.founded == "doubtful")
        doubtful.filtered(lambda complaint: before[complaint.id] != "doubtful")._ask_for_judgement()
        (self - doubtful).filtered(lambda complaint: before[complaint.id] == "doubtful")._tell_judgement()

    def _search_judgements(self, domain=()):
        """Return the open activities that ask whether these complaints are founded."""
        # They are other people's.
        Activity = self.env["mail.activity"].sudo()
        type_id = self and self.env["ir.model.data"]._xmlid_to_res_id(
            JUDGEMENT_ACTIVITY, raise_if_not_found=False
        )
        if not type_id:
            return Activity
        of_complaints = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return Activity.search([*of_complaints, ("activity_type_id", "=", type_id), *domain])

    def _ask_for_judgement(self):
        """Plan the decision with the leader of each, once; without a leader the managers are told."""
        asker = self.env.user
        waiting = set(self._search_judgements().mapped("res_id"))
        unasked = self.filtered(lambda complaint: complaint.id not in waiting)
        for judge, complaints in unasked.grouped(lambda complaint: complaint._get_judge(asker)).items():
            if judge:
                complaints._plan_judgement(judge)
            else:
                complaints._tell_managers_of_doubt()

    def _plan_judgement(self, judge):
        translated = self.with_context(lang=judge.lang)
        # The leader may be nobody whom the asker sees.
        self.sudo().activity_schedule(
            JUDGEMENT_ACTIVITY,
            user_id=judge.id,
            summary=translated.env._("Is it founded? %(name)s is in doubt", name=self.env.user.name),
            note=translated.env._(
                "Decide in the complaint: Founded lets it go on, Unfounded has it rejected with a letter."
            ),
        )

    def _tell_managers_of_doubt(self):
        """No leader is there to decide: tell the managers, and leave a note for everybody else.

        :raises UserError: there is no manager either
        """
        group = self.env.ref("complaint_management.group_complaint_manager")
        for complaint in self:
            complaint_sudo = complaint.sudo()
            managers = (group.sudo().all_user_ids - complaint_sudo.excluded_user_ids).filtered(
                lambda user, company=complaint_sudo.company_id: (
                    user.active and not user.share and company in user.company_ids
                )
            )
            if not managers:
                raise UserError(
                    self.env._(
                        "Nobody can decide whether %(complaint)s is founded. "
                        "Have a leader named for its team, or for a team above it.",
                        complaint=complaint.display_name,
                    )
                )
            note = self.env._(
                "No leader is there to decide whether this complaint is founded, so the managers were told. "
                "A manager decides here, and may name a leader for the team."
            )
            complaint_sudo.message_notify(
                subject=self.env._("Is it founded? %(number)s", number=complaint.number),
                body=note,
                partner_ids=managers.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )
            complaint._message_log(body=note)

    def action_judge_founded(self):
        """Decide that it is founded."""
        self.write({"founded": "founded"})

    def action_judge_unfounded(self):
        """Decide that it is unfounded."""
        self.write({"founded": "unfounded"})

    def _tell_judgement(self):
        """Close what was asked, and tell the person responsible once what was decided."""
        activities = self._search_judgements()
        askers = {activity.res_id: activity.create_uid for activity in activities}
        for complaint in self:
            complaint_sudo = complaint.sudo()
            person = complaint_sudo.user_id or askers.get(complaint.id, complaint_sudo.user_id)
            if (
                not person
                or person == self.env.user
                or person._is_superuser()
                or person in complaint_sudo.excluded_user_ids
            ):
                continue
            translated = complaint_sudo.with_context(lang=person.lang)
            translated.message_notify(
                subject=translated.env._(
                    "Founded or not: %(judgement)s",
                    judgement=translated._get_shown_value("founded")
                    or translated.env._("to be judged again"),
                ),
                body=translated.env._(
                    "%(name)s has decided whether this complaint is founded.", name=self.env.user.name
                ),
                partner_ids=person.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )
        by_judgement = self.grouped(lambda complaint: complaint._get_shown_value("founded"))
        for judgement, complaints in by_judgement.items():
            activities.filtered(
                lambda activity, complaints=complaints: activity.res_id in complaints.ids
            ).action_feedback(feedback=judgement or False)

    # ends, reopening, exclusion, merging

    def _check_gates_at_creation(self):
        """What was rejected elsewhere was unfounded."""
        rejected = self.filtered(lambda complaint: complaint.step == "rejected" and not complaint.founded)
        if rejected:
            super(ComplaintTriage, rejected.with_context(tracking_disable=True)).write(
                {"founded": "unfounded"}
            )
        return super()._check_gates_at_creation()

    def _record_move(self, old_steps):
        moved = self.filtered(lambda complaint: old_steps[complaint.id] != complaint.step)
        rejected = moved.filtered(
            lambda complaint: complaint.step == "rejected" and complaint.founded != "unfounded"
        )
        if rejected:
            # Whichever way it was rejected; a doubtful one only by those who decide.
            rejected.write({"founded": "unfounded"})
        super()._record_move(old_steps)
        moved.filtered(
            lambda complaint: complaint.step in process.ENDS and complaint.founded == "doubtful"
        )._search_judgements().unlink()

    def action_reject(self, reason):
        unjudged = self.filtered(lambda complaint: complaint.founded != "unfounded")
        if unjudged:
            unjudged.write({"founded": "unfounded"})
        return super().action_reject(reason)

    def action_reopen(self, reason, step="investigation"):
        """Whoever takes up a rejected case again holds it founded; back in triage it is judged anew."""
        rejected = self.filtered(
            lambda complaint: complaint.step == "rejected" and complaint.founded == "unfounded"
        )
        for judged, complaints in rejected.grouped(
            lambda complaint: step not in TRIAGE_STEPS and complaint.nature in JUDGED_NATURES
        ).items():
            complaints.write({"founded": "founded" if judged else False})
        return super().action_reopen(reason, step)

    def _pass_activities_on(self, users, complaint=None):
        """A decision passes to the next leader, not to the person responsible."""
        doubtful = self.filtered(lambda complaint: complaint.founded == "doubtful")
        for activity in doubtful._search_judgements([("user_id", "in", users.ids)]):
            asked = complaint or self.browse(activity.res_id)
            judge = asked._get_judge(activity.create_uid)
            if judge:
                activity.user_id = judge
            else:
                asked._tell_managers_of_doubt()
                activity.unlink()
        super()._pass_activities_on(users, complaint)

    @api.model
    def _merge_fields(self):
        return [*super()._merge_fields(), "founded"]

    def _prepare_merge_vals(self, sources, keep):
        values = super()._prepare_merge_vals(sources, keep)
        if "founded" in values:
            # Merging is no way round the leader.
            self.sudo(False)._check_judges(values["founded"])
        return values

    def merge_into(self, target, keep=None):
        doubtful = "doubtful" in (self | target).mapped("founded")
        result = super().merge_into(target, keep)
        if doubtful:
            # Each may have brought its own question along.
            activities = target._search_judgements()
            (activities if target.founded != "doubtful" else activities[1:]).unlink()
        return result
