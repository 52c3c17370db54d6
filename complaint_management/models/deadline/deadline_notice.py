from collections import defaultdict

from odoo import models


class ComplaintDeadlineEvent(models.Model):
    """Who is told of a warning, a passed limit or an escalation, and how (TL-6).

    Nobody excluded from a case is told. A notice says no more than the number, the milestone and the
    moment: the case itself is read where the rules allow it. Above a number that the company sets,
    a person gets one message for all, so that nobody is flooded after an outage.
    """

    _inherit = "complaint.deadline.event"

    def _tell(self):
        """Write down who is told, plan activities for those who can work on the case, notify them."""
        by_user, by_people, readers = defaultdict(list), defaultdict(list), defaultdict(set)
        for event in self:
            people = event._get_host()._get_deadline_people(event._get_rung())
            by_people[people].append(event.id)
            for user in people:
                by_user[user].append(event.id)
        for people, event_ids in by_people.items():
            self.browse(event_ids).user_ids = people
        # Together, so that what is read of one of them is read of all.
        everybody = self.env["res.users"].union(*by_people)
        for user in everybody:
            for hosts, _events in self.browse(by_user[user])._get_hosts():
                readers[user].update(hosts._filter_readable_by(user))
        self._plan_activities(readers)
        for user in everybody:
            self.browse(by_user[user])._notify_person(user, readers[user])

    def _get_rung(self):
        """Return the rung of the ladder that an escalation stands for; none for the rest."""
        self.ensure_one()
        rungs = self.deadline_id.rule_id.escalation_ids
        return rungs[self.level - 2 : self.level - 1] if self.level > 1 else rungs.browse()

    # activities

    def _plan_activities(self, readers):
        """Plan an activity per clock and person; a later event of the clock rewrites the one that is there.

        :param dict readers: user to the hosts that they may read
        """
        Activity = self.env["mail.activity"]
        activity_type = self.env.ref("complaint_management.mail_activity_type_deadline")
        existing = {
            (activity.complaint_deadline_id.id, activity.user_id.id): activity
            for activity in Activity.search([("complaint_deadline_id", "in", self.deadline_id.ids)])
        }
        planned = {}
        for event in self:
            host, deadline = event._get_host(), event.deadline_id
            for user in event.user_ids.filtered(
                lambda user, host=host: host in readers[user] and not host._has_own_activity(user)
            ):
                translated = event.with_context(lang=user.lang)
                vals = {"summary": translated._get_summary(user), "note": translated.note}
                key = (deadline.id, user.id)
                if key in existing:
                    existing[key].write(vals)
                    continue
                planned[key] = {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id(host._name),
                    "res_id": host.id,
                    "user_id": user.id,
                    "date_deadline": deadline.due.date(),
                    "complaint_deadline_id": deadline.id,
                    **vals,
                }
        # They are told below; who is responsible follows the case already.
        Activity.with_context(mail_activity_quick_update=True, complaint_nobody_follows=True).create(
            list(planned.values())
        )

    # notices

    def _get_summary(self, user):
        """Return one line in the language of the environment, with the moment in the user's time zone."""
        self.ensure_one()
        milestone = self.env["complaint.deadline.rule"]._get_milestone_labels()[self.deadline_id.milestone]
        due = (
            self.env["ir.qweb.field.datetime"]
            .with_context(tz=user.tz)
            .value_to_html(self.deadline_id.due, {"tz_name": user.tz, "hide_seconds": True})
        )
        if self.kind == "warning":
            return self.env._("%(milestone)s: due %(due)s", milestone=milestone, due=due)
        return self.env._("%(milestone)s: overdue since %(due)s", milestone=milestone, due=due)

    def _notify_person(self, user, readable):
        """Tell one person: each event by itself, or all in one message where they are many."""
        translated = self.with_context(lang=user.lang)
        limit = self[:1].company_id.complaint_digest_from
        if len(self.deadline_id) > limit:
            translated._send_notice(user, self.env["mail.thread"])
            return
        for deadline, events in translated.grouped("deadline_id").items():
            host = deadline._get_host()
            # The last one says it all.
            events[-1:]._send_notice(user, host if host in readable else self.env["mail.thread"])

    def _send_notice(self, user, record):
        """Post a notification to a person, on the case where they may read it."""
        last = {event.deadline_id: event for event in self}
        lines = [
            {
                "number": event._get_host().number,
                "url": f"/odoo/{event._get_host()._name}/{event._get_host().id}",
                "summary": event._get_summary(user),
                "note": event.note,
            }
            for event in last.values()
        ]
        if len(lines) == 1:
            subject = f"{lines[0]['number']} · {lines[0]['summary']}"
        else:
            subject = self.env._("%(count)s time limits are near or have passed", count=len(lines))
        record.with_context(lang=user.lang).message_notify(
            subject=subject,
            body=self.env["ir.qweb"]._render(
                "complaint_management.message_deadline_notice", {"lines": lines, "shown": 50}
            ),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
            # The mails leave by the queue: once, whatever becomes of this process.
            force_send=False,
        )
