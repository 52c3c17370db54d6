from markupsafe import Markup

from odoo import fields, models

ACTIVITY = "complaint_management.mail_activity_type_handover"


class ComplaintHandover(models.Model):
    """Who is told what when responsibility passes on: those asked, the former holder, the customer.

    All of this runs as superuser: the people do not see each other.
    """

    _inherit = "complaint.handover"

    # chatter

    def _log(self):
        """Write into the chatter what happened, for all of them at once."""
        self.complaint_id._message_log_batch(
            bodies={handover.complaint_id.id: handover._get_line() for handover in self}
        )

    def _get_notice(self):
        """Return what the complaint's form says while it waits."""
        self.ensure_one()
        values = {
            "target": self.target or "",
            "holder": self.from_user_id.name or "",
            "reason": self.reason or "",
        }
        if self.kind == "outside":
            return self.env._(
                "Handed over to %(target)s by %(holder)s, waits for the unit to confirm: %(reason)s", **values
            )
        if self.result:
            return self.env._(
                "Handed back to %(target)s by %(holder)s, waits to be accepted: %(result)s",
                **{**values, "result": self.result},
            )
        return self.env._(
            "Handed over to %(target)s by %(holder)s, waits to be accepted: %(reason)s", **values
        )

    def _get_line(self):
        self.ensure_one()
        names = {"target": self.target or "", "holder": self.from_user_id.name or ""}
        lines = []
        if self.state == "requested":
            if self.kind == "outside":
                lines.append(
                    self.env._(
                        "Handed over to %(target)s. Until it confirms, %(holder)s answers for it.", **names
                    )
                )
            else:
                lines.append(
                    self.env._(
                        "Handed over to %(target)s. Until it is accepted, %(holder)s answers for it.", **names
                    )
                )
            if self.reason != self.result:
                lines.append(self.env._("Reason: %(reason)s", reason=self.reason or ""))
            if self.result:
                lines.append(self.env._("Result: %(result)s", result=self.result))
        elif self.state == "accepted":
            lines.append(self.env._("The hand-over was accepted: %(target)s answers for it now.", **names))
        elif self.state == "returned":
            lines.append(self.env._("The hand-over was returned. %(holder)s still answers for it.", **names))
            lines.append(self.env._("Reason: %(reason)s", reason=self.return_reason or ""))
        else:
            lines.append(self.env._("The hand-over to %(target)s was withdrawn.", **names))
        return Markup("<br/>").join(lines)

    # those who are asked

    def _get_asked(self):
        """Return ``{hand-over: user}``: the person asked, or the team's nearest leader who may decide."""
        asked, readable = {}, {}
        for handover in self:
            team = handover.to_team_id
            people = [handover.to_user_id] if handover.to_user_id else []
            if team and not people:
                people = [step.leader_id for step in (team, *team._get_teams_above())]
            for person in people:
                if not person.active or person == handover.from_user_id:
                    continue
                if person not in readable:
                    readable[person] = self.complaint_id._filter_readable_by(person)
                if handover.complaint_id in readable[person]:
                    asked[handover] = person
                    break
        return asked

    def _ask(self):
        """Plan the decision with those asked, and tell each of them once."""
        by_person = {}
        for handover, person in self._get_asked().items():
            by_person[person] = by_person.get(person, self.browse()) | handover
        if not by_person:
            return
        activity_type = self.env.ref(ACTIVITY, raise_if_not_found=False)
        vals_list = []
        for person, handovers in by_person.items():
            for handover in handovers.with_context(lang=person.lang) if activity_type else ():
                vals_list.append(
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                        "res_id": handover.complaint_id.id,
                        "user_id": person.id,
                        "date_deadline": fields.Date.context_today(handover),
                        "summary": handover.env._("Accept or return"),
                        "note": handover._get_invitation(),
                    }
                )
        # They are told below, and follow only once they have accepted.
        self.env["mail.activity"].with_context(
            mail_activity_quick_update=True, complaint_nobody_follows=True
        ).create(vals_list)
        for person, handovers in by_person.items():
            if person != self.env.user:
                handovers._tell(
                    person,
                    lambda env, number: env._("%(number)s is handed over to you", number=number),
                    lambda env, count: env._("%(count)s complaints are handed over to you", count=count),
                    lambda handover: handover._get_invitation(),
                )

    def _get_invitation(self):
        """Return why it is handed over, and the one click that leads to where it is decided."""
        self.ensure_one()
        return Markup('<p>%s</p><p><a href="/odoo/handovers/%s">%s</a></p>') % (
            self.reason or "",
            self.id,
            self.env._("Accept or return"),
        )

    def _get_activities(self):
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY, raise_if_not_found=False)
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "complaint.complaint"),
                ("res_id", "in", self.complaint_id.ids),
                ("activity_type_id", "=", type_id),
            ]
        )

    def _finish_activities(self):
        """What was planned is done where it was decided, and gone where it came to nothing."""
        activities = self._get_activities()
        if activities and self[:1].state == "withdrawn":
            activities.unlink()
        elif activities:
            activities.action_feedback()

    def _take_from_excluded(self):
        """Some who were asked became concerned: what is theirs is withdrawn, a team's is another leader's.

        :return: those that somebody else is to be asked about
        """
        personal = self.filtered(
            lambda handover: handover.to_user_id in handover.complaint_id.excluded_user_ids
        )
        personal._close("withdrawn")
        excluded = {handover.complaint_id.id: handover.complaint_id.excluded_user_ids for handover in self}
        activities = self._get_activities().filtered(
            lambda activity: activity.user_id in excluded[activity.res_id]
        )
        complaint_ids = set(activities.mapped("res_id"))
        activities.unlink()
        return self.filtered(lambda handover: handover.complaint_id.id in complaint_ids)

    # the former holder

    def _tell_former_holders(self):
        """Tell each former holder once whether they still answer for it."""
        for holder, handovers in self.grouped("from_user_id").items():
            if holder and holder.active and holder != self.env.user:
                handovers._tell(
                    holder,
                    lambda env, number: env._("%(number)s: your hand-over", number=number),
                    lambda env, count: env._("Your hand-overs of %(count)s complaints", count=count),
                    lambda handover, holder=holder: handover._get_verdict(holder),
                )

    def _get_verdict(self, holder):
        """Return what the former holder reads; no more than the outcome where they do not see the case."""
        self.ensure_one()
        number, name = self.complaint_id.number, self.env.user.name
        if self.state == "accepted":
            verdict = self.env._(
                "%(number)s was accepted: %(name)s answers for it now.", number=number, name=self.target
            )
        elif self.state == "returned":
            verdict = self.env._(
                "%(number)s was returned by %(name)s: you still answer for it.", number=number, name=name
            )
        else:
            verdict = self.env._(
                "%(number)s was given to %(name)s, who answers for it now.",
                number=number,
                name=self.complaint_id.user_id.name or self.env._("nobody yet"),
            )
        if self.state == "returned" and self.complaint_id._is_readable_by(holder):
            return Markup("<p>%s</p><p>%s</p>") % (verdict, self.return_reason or "")
        return Markup("<p>%s</p>") % verdict

    def _tell(self, user, one, many, get_body):
        """Notify a user in their language, in one message, on the case where they may read it.

        :param one: takes the environment and the number, returns the subject for one hand-over
        :param many: takes the environment and the count, returns the subject for several
        :param get_body: takes a hand-over, returns its part of the body
        """
        # Where there is no thread to watch over it, it is watched over here.
        handovers = self.filtered(
            lambda handover: user.partner_id not in handover.complaint_id._get_excluded_partners()
        ).with_context(lang=user.lang)
        if not handovers:
            return
        record = self.env["mail.thread"]
        if len(handovers) == 1:
            subject = one(handovers.env, handovers.complaint_id.number)
            if handovers.complaint_id._is_readable_by(user):
                record = handovers.complaint_id
        else:
            subject = many(handovers.env, len(handovers))
        record.with_context(lang=user.lang).message_notify(
            subject=subject,
            body=Markup().join(get_body(handover) for handover in handovers[:50]),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    # the complainant

    def _tell_complainants(self):
        """Where it is no matter of ours, the complainant is told who helps from now on (TR-5)."""
        for handover in self.filtered("out_of_scope"):
            handover._tell_complainant()

    def _tell_complainant(self):
        complaint = self.complaint_id
        refusal = complaint._get_letter_refusal()
        if refusal in ("merged", "excluded"):
            return
        if refusal:
            self._plan_telling()
            return
        complaint._notify_customer(f"handover:{self.id}", "complaint_management.mail_template_out_of_scope")

    def _plan_telling(self):
        """Nothing can be mailed: somebody calls or writes a letter."""
        complaint = self.complaint_id
        user = complaint.user_id or self.env.user
        translated = self.with_context(lang=user.lang)
        complaint.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=translated.env._("Tell the customer by phone or letter"),
            note=Markup("<p>%s</p>")
            % translated.env._(
                "Nothing can be sent by e-mail. Tell %(customer)s that %(unit)s handles the complaint from "
                "now on.",
                customer=complaint.partner_name or complaint.number,
                unit=self._get_public_target(),
            ),
        )

    def _get_public_target(self):
        """Return who handles it from now on, as an outsider may know it: never a colleague's name."""
        self.ensure_one()
        return (self.to_partner_id or self.to_team_id or self.complaint_id.company_id).display_name
